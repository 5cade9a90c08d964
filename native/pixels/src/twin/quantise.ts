import type { Raster } from '../contract.ts';
import { QUANTISERS } from '../kernels.ts';
import { type Cell, type Colour, ColourTable, channelOf } from './colour-table.ts';
import { dividePalette, type Palette } from './palette.ts';

const OPAQUE = 0xff000000;
/** Alpha up to which a pixel is transparent where translucent entries are not wanted. */
const TRANSPARENT_UP_TO = 128;

export function quantise(
  raster: Raster,
  maxColors: number,
  quantiser: number,
): { palette: Uint8Array; indices: Uint8Array } {
  const isBinary = quantiser === QUANTISERS.indexOf('mediancut');
  const colours = coloursOf(raster, isBinary);
  const table = new ColourTable(colours.length);
  const indices = new Uint8Array(colours.length);
  // While there are few colours the cells are the palette.
  fillRuns(indices, colours, (colour, length) => table.add(colour, length));
  const { cells } = table;
  if (table.isExact && cells.length <= maxColors) {
    return { palette: bytesOf(cells.map(({ colour }) => colour)), indices };
  }
  const palette = reducedPalette(cells, maxColors, isBinary);
  fillRuns(indices, colours, (colour) => palette.entryOfCell[table.find(colour)] ?? 0);
  return { palette: bytesOf(palette.colours), indices };
}

function coloursOf({ data, width, height, channels }: Raster, isBinary: boolean): Uint32Array {
  const colours = new Uint32Array(width * height);
  for (let i = 0, at = 0; i < colours.length; i++, at += channels) {
    const red = data[at] ?? 0;
    let colour = OPAQUE;
    if (channels === 1) colour |= red * 0x010101;
    else colour = red | ((data[at + 1] ?? 0) << 8) | ((data[at + 2] ?? 0) << 16);
    if (channels === 3) colour |= OPAQUE;
    if (channels === 4) colour |= (data[at + 3] ?? 0) << 24;
    if (isBinary) colour = channelOf(colour, 3) <= TRANSPARENT_UP_TO ? 0 : colour | OPAQUE;
    colours[i] = colour;
  }
  return colours;
}

/** Gives each run of equal colours one index. */
function fillRuns(
  indices: Uint8Array,
  colours: Uint32Array,
  indexOf: (colour: Colour, length: number) => number,
): void {
  for (let begin = 0; begin < colours.length; ) {
    const colour = colours[begin] ?? 0;
    let end = begin + 1;
    while (end < colours.length && colours[end] === colour) end++;
    const index = indexOf(colour, end - begin);
    for (let i = begin; i < end; i++) indices[i] = index;
    begin = end;
  }
}

function bytesOf(colours: readonly Colour[]): Uint8Array {
  const bytes = new Uint8Array(colours.length * 4);
  for (const [i, colour] of colours.entries()) for (let c = 0; c < 4; c++) bytes[i * 4 + c] = channelOf(colour, c);
  return bytes;
}

/** The palette for pictures with too many colours. The transparent cell of a binary picture keeps an entry of its own. */
function reducedPalette(cells: readonly Cell[], maxColors: number, isBinary: boolean): Palette {
  const transparent = isBinary ? cells.findIndex(({ colour }) => channelOf(colour, 3) === 0) : -1;
  if (transparent === -1) return dividePalette(cells, maxColors);
  const { colours, entryOfCell } = dividePalette(cells.toSpliced(transparent, 1), maxColors - 1);
  const entries = [...entryOfCell].toSpliced(transparent, 0, colours.length);
  return { colours: [...colours, 0], entryOfCell: Uint8Array.from(entries) };
}
