import { createRequire } from 'node:module';

interface PackageDescription {
  readonly name: string;
  readonly version: string;
}

const description = createRequire(import.meta.url)('../package.json') as PackageDescription;

/** The product's version as published: `0.1.0`. */
export const VERSION = description.version;

/** The name people know it by. */
export const PRODUCT = 'Mapgate';
