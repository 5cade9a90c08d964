/**
 * The most pixels of a picture that is taken into memory, 200 MB as raster: far above meta tiles and GetMap answers
 * (16 million pixels by default), far below what a hostile map server could claim in a small file.
 */
export const MAX_PIXELS = 50_000_000;
