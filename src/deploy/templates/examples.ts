import { readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The templates are the examples: this folder lies beside dist/ and src/, in the checkout as in the package. */
const EXAMPLES = fileURLToPath(new URL('../../../conf-examples/', import.meta.url));

/** The text of a file below conf-examples. */
export function exampleText(file: string): string {
  return readFileSync(join(EXAMPLES, file), 'utf8');
}

/** Where an example goes: a destination that is a folder gets it under its own name. */
export function pathOf(destination: string, file: string): string {
  const isFolder = statSync(destination, { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder ? join(destination, basename(file)) : destination;
}
