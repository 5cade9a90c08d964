import type { Configuration } from '../configuration.ts';

/** Where fonts are instead of those that come along (row GLB-07). */
export function fontDirectory({ globals, resolvePath }: Configuration): string | undefined {
  const { font_dir: directory } = globals.image;
  return directory === undefined ? undefined : resolvePath(directory);
}
