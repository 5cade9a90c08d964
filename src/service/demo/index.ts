import { z } from 'zod';
import type { Application } from '../../http/application.ts';
import { NO_CACHE_HEADERS } from '../../http/caching.ts';
import { parseQuery, type Query } from '../../http/query.ts';
import type { Request } from '../../http/request.ts';
import { Response, textResponse } from '../../http/response.ts';
import { AuthorizationError, type Authorize, requireFull } from '../authorization.ts';
import { defineService, type Service } from '../contract.ts';
import { backgroundOptions } from './background.ts';
import { capabilitiesPage } from './capabilities-page.ts';
import { overview } from './overview.ts';
import { buildSite, type Site } from './site.ts';
import { staticFile } from './static-files.ts';
import { tmsViewer, wmsViewer, wmtsViewer } from './viewer.ts';

const STATIC = '/demo/static/';

/** Pages for people: what is served here, and maps to try it (section 15 of the behaviour rows). */
export default defineService({
  type: 'demo',
  options: z.object({ background: backgroundOptions.nullish() }),
  build({ background }, context): Service {
    // Built on the first visit: most applications are never looked at this way.
    let site: Site | undefined;
    const show: Application = (request) => {
      if (request.pathInfo !== '/demo/') return redirectToOverview(request);
      site ??= buildSite(context, background?.url);
      return demoPage(site, parseQuery(request.queryString), request);
    };
    const { authorize } = context;
    const application: Application = (request) => {
      if (request.pathInfo.startsWith(STATIC)) return staticFile(request, request.pathInfo.slice(STATIC.length));
      return authorize === undefined ? show(request) : showAuthorized(show, authorize, request);
    };
    return { paths: ['demo'], application };
  },
});

/** Row DEMO-05. */
async function showAuthorized(show: Application, authorize: Authorize, request: Request): Promise<Response> {
  try {
    await requireFull(authorize, 'demo', request);
  } catch (error) {
    if (!(error instanceof AuthorizationError)) throw error;
    return textResponse(error.status ?? 403, error.message, NO_CACHE_HEADERS);
  }
  return show(request);
}

function demoPage(site: Site, query: Query, request: Request): Response | Promise<Response> {
  if (query.has('wms_layer')) return wmsViewer(site, query, request);
  if (query.has('tms_layer')) return tmsViewer(site, query, request);
  if (query.has('wmts_layer')) return wmtsViewer(site, query, request);
  return capabilitiesPage(site, query, request) ?? overview(site, request);
}

/** Any other path: pages have relative links, which need the slash (row DEMO-01). */
function redirectToOverview(request: Request): Response {
  const headers = { 'Content-Type': 'text/plain; charset=utf-8', Location: `${request.publicUrl.base}/demo/` };
  return new Response(301, headers, '');
}
