export type * from './contract.ts';
export { createPixels, type PixelsOptions } from './pixels.ts';
