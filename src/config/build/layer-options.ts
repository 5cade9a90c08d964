import { ConfigError } from '../../http/errors.ts';
import { configuredText } from '../../http/xml.ts';
import type { LayerDimension, LayerMetadata, MetadataLink } from '../../layer/contract.ts';
import { resolutionOfScale } from '../../source/resolution-range.ts';
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
