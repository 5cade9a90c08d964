import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** Makes packages importable from a folder outside of the checkout, as an installation would. */
export function installInto(folder: string, packages: readonly string[]): void {
  const modules = path.join(folder, 'node_modules');
  mkdirSync(modules, { recursive: true });
  for (const name of packages) {
    symlinkSync(name === 'mapgate' ? ROOT : path.join(ROOT, 'node_modules', name), path.join(modules, name));
  }
}
