import { realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/**
 * Whether a module is the program that Node was started with, and not imported by another.
 *
 * @param url the module's `import.meta.url`
 *
 * @example
 * ```js
 * import { isMain, serve, textResponse } from 'mapgate';
 *
 * export const application = () => textResponse(200, 'hello');
 * if (isMain(import.meta.url)) await serve(application);
 * ```
 */
export function isMain(url: string): boolean {
  const program = process.argv[1];
  if (program === undefined) return false;
  try {
    // Modules are known by their real path, programs by the path they were started with.
    return pathToFileURL(realpathSync(program)).href === url;
  } catch {
    return false;
  }
}
