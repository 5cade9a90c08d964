import { z } from 'zod';
import { configuredText } from '../http/xml.ts';
import type { ServiceMetadata } from '../layer/contract.ts';
import { anyText } from '../options.ts';

/** YAML reads a post code as a number and a telephone number as text: both are meant as written. */
const text = anyText.transform(configuredText);
const optionalText = text.nullish().transform((value) => value ?? undefined);

const contact = z.record(z.string(), optionalText).transform((fields) => {
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) given[name] = value;
  return given;
});

const keywordList = z.array(
  z.object({ vocabulary: optionalText, keywords: z.array(text).nullish() }).transform(({ vocabulary, keywords }) => ({
    keywords: keywords ?? [],
    ...(vocabulary !== undefined && { vocabulary }),
  })),
);

/**
 * The `md` block of a service: contact and terms (rows WMS-05, TMS-10). Entities that were written for MapProxy, which
 * prints the values unescaped, are read as the characters they stand for.
 */
export const metadataOptions = z
  .object({
    title: optionalText,
    abstract: optionalText,
    online_resource: optionalText,
    fees: optionalText,
    access_constraints: optionalText,
    contact: contact.nullish().transform((value) => value ?? undefined),
    keyword_list: keywordList.nullish().transform((value) => value ?? undefined),
  })
  .transform((metadata): ServiceMetadata => metadata);

/** A service's own `md`, and what it does not say from that of the WMS (rows TMS-10, WMTS-01). */
export function metadataOr(own: ServiceMetadata | undefined, context: ServiceMetadata | undefined): ServiceMetadata {
  const given = Object.entries(own ?? {}).filter(([, value]) => value !== undefined);
  return { ...EMPTY, ...context, ...Object.fromEntries(given) };
}

const EMPTY: ServiceMetadata = {
  title: undefined,
  abstract: undefined,
  online_resource: undefined,
  fees: undefined,
  access_constraints: undefined,
  contact: undefined,
  keyword_list: undefined,
};
