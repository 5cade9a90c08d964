import { ConfigError } from '../../http/errors.ts';
import { configuredText } from '../../http/xml.ts';
import type { LayerDimension, LayerMetadata, MetadataLink, TileLayer } from '../../layer/contract.ts';
import { WMS_VERSIONS, type WmsVersion } from '../../service/wms/version.ts';
import { resolutionOfScale } from '../../source/resolution-range.ts';
import type { Configuration } from '../configuration.ts';
import type { LayerOptions } from '../options/layer.ts';
import { timeValues } from './time-range.ts';

/** What a layer's maps can be chosen by; names become lower case (row LYR-11). @throws ConfigError */
export function layerDimensions({ dimensions }: LayerOptions): LayerDimension[] {
  return Object.entries(dimensions ?? {}).map(([name, { values: given, default: own }]) => {
    const lower = name.toLowerCase();
    const [only = '', ...others] = given;
    const values = others.length > 0 ? given : lower.includes('time') ? timeValues(only) : only.trim().split('/');
    return { name: lower, values, default: own ?? values.at(-1) ?? '' };
  });
}

/** Metres for each pixel (row LYR-07). @throws ConfigError for both at once */
export function nominalResolution({ nominal_res: resolution, nominal_scale: scale }: LayerOptions): number | undefined {
  if (resolution !== undefined && scale !== undefined) throw new ConfigError('requires nominal_res or nominal_scale');
  return scale === undefined ? resolution : resolutionOfScale(scale);
}

/**
 * Where clients of WMTS find the layer's legend: as configured (row LYR-09), else the WMS shows the one that the layer
 * itself has (row LYR-08).
 */
export function legendUrls(options: LayerOptions, configuration: Configuration): TileLayer['legendUrls'] {
  const { wmts_kvp_legendurl: kvp, wmts_rest_legendurl: rest, legendurl } = options;
  const byWms = legendurl === undefined ? undefined : wmsLegendUrl(configuration);
  return { kvp: textOr(kvp) ?? byWms, rest: textOr(rest) ?? byWms };
}

/** Undefined where there is no WMS, or none that is new enough to show legends. */
function wmsLegendUrl({ services }: Configuration): string | undefined {
  if (!services.has('wms')) return undefined;
  const options = services.get('wms') as { readonly versions?: readonly WmsVersion[] | null } | null | undefined;
  const offered = options?.versions ?? [];
  const version = WMS_VERSIONS.findLast((one) => offered.length === 0 || offered.includes(one));
  if (version !== '1.1.1' && version !== '1.3.0') return undefined;
  const request = `service=WMS&request=GetLegendGraphic&version=${version}&sld_version=1.1.0`;
  return `{base_url}/service?${request}&format=image%2Fpng&layer={layer_name}`;
}

/** Row LYR-10. */
export function layerMetadata({ md }: LayerOptions): LayerMetadata {
  const { attribution } = md ?? {};
  const logo = attribution?.logo;
  return {
    keywordLists: md?.keyword_list?.map(({ vocabulary, keywords }) => ({
      ...(vocabulary !== undefined && { vocabulary: configuredText(vocabulary) }),
      keywords: (keywords ?? []).map(configuredText),
    })),
    attribution: attribution && {
      title: textOr(attribution.title),
      url: textOr(attribution.url),
      logo:
        logo?.url === undefined
          ? undefined
          : {
              url: configuredText(logo.url),
              format: logo.format ?? 'image/png',
              width: logo.width,
              height: logo.height,
            },
    },
    identifiers: (md?.identifier ?? []).map(({ name, url, value }) => ({ name, url: textOr(url), value })),
    metadataUrls: (md?.metadata ?? []).map(linkOf),
    dataUrls: (md?.data ?? []).map(linkOf),
    featureLists: (md?.feature_list ?? []).map(linkOf),
  };
}

function linkOf({
  url,
  format,
  type,
}: {
  url: string;
  format?: string | undefined;
  type?: string | undefined;
}): MetadataLink {
  return { url: configuredText(url), format: format ?? 'text/plain', type };
}

function textOr(text: string | undefined): string | undefined {
  return text === undefined ? undefined : configuredText(text);
}
