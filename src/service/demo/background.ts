import { z } from 'zod';

/** Where OpenStreetMap's tiles are; MapProxy's default (row GLB-46). */
const OPEN_STREET_MAP = 'https://tile.openstreetmap.org/{z}/{x}/{y}.png';

/** `services.demo.background`, and `globals.background` where that does not say. */
export const backgroundOptions = z.object({
  /** Tiles of the world in Web Mercator, rows from the north; a path is below this host. */
  url: z
    .string()
    .regex(/^(?:https?:\/\/|\/(?!\/)|$)/, 'expected an address of http or https, or a path')
    .optional(),
});

/** A map below the layers of the viewers (row GLB-46). */
export interface Background {
  /** With {z}, {x} and {y}. */
  readonly url: string;
  /**
   * Whether it is there from the start. One that nobody configured waits until it is wanted: without that, opening a page
   * would tell somebody else's server what is looked at.
   */
  readonly isOn: boolean;
  /** Whence pictures come, as a Content-Security-Policy names it; undefined: from this host. */
  readonly origin: string | undefined;
  readonly attribution: string | undefined;
}

/**
 * @param configured undefined: nowhere; '' is for none
 * @returns undefined for none
 */
export function backgroundOf(configured: string | undefined): Background | undefined {
  if (configured === '') return undefined;
  const url = configured ?? OPEN_STREET_MAP;
  const isOpenStreetMap = /^https?:\/\/[^/]*\bopenstreetmap\.org\//.test(url);
  return {
    url,
    isOn: configured !== undefined,
    origin: originOf(url),
    attribution: isOpenStreetMap ? '© OpenStreetMap contributors' : undefined,
  };
}

/** `https://{a-c}.tile.example/…` is `https://*.tile.example`. */
function originOf(url: string): string | undefined {
  const [, scheme, host] = /^(https?:\/\/)([^/?#\s;,'"]+)/.exec(url) ?? [];
  return scheme === undefined || host === undefined ? undefined : scheme + host.replace(/^\{[^}]*\}/, '*');
}
