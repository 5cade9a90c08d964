import { z } from 'zod';
import { defineSource, type SourceContext } from '../contract.ts';
import { httpOf } from '../options.ts';
import { buildInfoSource, buildLegendSource, buildMapSource, type ServerPlace, selectLayers } from './build.ts';
import { requestParameters, serverOptions } from './options.ts';

const options = z.object({ ...serverOptions, req: requestParameters.extend({ url: z.string() }) });

type WmsOptions = z.infer<typeof options>;

/** A remote WMS (section 6.2 of the behaviour rows). */
export default defineSource<WmsOptions>({
  type: 'wms',
  options,
  drawsMaps: (own) => own.wms_opts.map,
  selectLayers,
  build: (own, context) => buildMapSource(withoutUrl(own), placeOf(own, context), context),
  buildInfo: (own, context) => buildInfoSource(withoutUrl(own), placeOf(own, context), context),
  buildLegend: (own, context) => buildLegendSource(withoutUrl(own), (url) => placeOf(own, context, url), context),
});

function placeOf(own: WmsOptions, context: SourceContext, url = own.req.url): ServerPlace {
  return { url, http: context.http([url], httpOf(own)) };
}

/** Everything else in `req` becomes a parameter. */
function withoutUrl({ req, ...own }: WmsOptions) {
  const { url: _, ...parameters } = req;
  return { ...own, req: parameters };
}
