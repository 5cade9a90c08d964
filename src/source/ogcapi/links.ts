import { z } from 'zod';

const link = z.object({ href: z.string(), rel: z.string().optional(), type: z.string().optional() });

/** Links of an OGC API document; those that are none are left out. */
export const linksSchema = z
  .array(z.unknown())
  .transform((all) => all.flatMap((one) => link.safeParse(one).data ?? []));

export type Link = z.infer<typeof link>;

const REL_PREFIX = 'http://www.opengis.net/def/rel/ogc/1.0/';

/**
 * The link of a relation, of a media type where one of several has it. A relation of the OGC is written as URI or as
 * CURIE (row SRC-64).
 *
 * @param relation `tilesets-map` of the OGC's, or one of everybody's such as `self`
 */
export function findLink(links: readonly Link[], relation: string, type: string): Link | undefined {
  const names = [relation, REL_PREFIX + relation, `[ogc-rel:${relation}]`];
  const found = links.filter(({ rel }) => rel !== undefined && names.includes(rel));
  const [group = ''] = type.split('/');
  return (
    found.find((one) => typeOf(one) === type) ??
    found.find((one) => one.type === undefined) ??
    found.find((one) => typeOf(one)?.startsWith(`${group}/`) && (group === 'image' || isJson(one)))
  );
}

function typeOf({ type }: Link): string | undefined {
  return type?.split(';')[0]?.trim().toLowerCase();
}

function isJson(one: Link): boolean {
  return typeOf(one)?.endsWith('json') ?? false;
}
