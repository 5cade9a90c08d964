/** Most colours a PNG palette holds. */
const PALETTE_SIZE = 256;
/** Colours nearer than this to one already chosen are left out: Euclidean distance in 8-bit RGB. */
const LEAST_DISTANCE = 5;

type Colour = readonly [red: number, green: number, blue: number];

/**
 * One palette for all tiles: where each tile chose its own, the same sea would differ a little from tile to tile and
 * the seams would show.
 */
export class Palette {
  readonly #colours: Colour[] = [];
  /** Index + 1 of the nearest colour for each 24-bit colour met; 0 means not yet known. */
  readonly #nearest = new Uint16Array(1 << 24);

  /** Chooses the most frequent colours of an image of 3 bytes per pixel, leaving out those too alike. */
  constructor(rgb: Buffer) {
    const counts = new Map<number, number>();
    for (let at = 0; at < rgb.length; at += 3) {
      const key = rgb.readUIntBE(at, 3);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    // Equal counts order by colour, so that the same image always yields the same palette.
    const byCount = [...counts].sort(([a, countA], [b, countB]) => countB - countA || a - b);
    for (const [key] of byCount) {
      if (this.#colours.length === PALETTE_SIZE) break;
      const colour = colourOf(key);
      if (this.#colours.every((other) => squaredDistance(colour, other) >= LEAST_DISTANCE ** 2)) {
        this.#colours.push(colour);
      }
    }
  }

  /** Replaces every pixel (3 bytes) by the nearest colour of the palette, in place. */
  apply(rgb: Buffer): void {
    let key = -1;
    let nearest: Colour = [0, 0, 0];
    for (let at = 0; at < rgb.length; at += 3) {
      const next = rgb.readUIntBE(at, 3);
      // Most pixels are like the one before.
      if (next !== key) nearest = this.#nearestTo(next);
      key = next;
      rgb[at] = nearest[0];
      rgb[at + 1] = nearest[1];
      rgb[at + 2] = nearest[2];
    }
  }

  #nearestTo(key: number): Colour {
    const wanted = colourOf(key);
    const known = this.#colours[(this.#nearest[key] ?? 0) - 1];
    if (known) return known;
    let nearest = wanted;
    let least = Infinity;
    for (const [index, colour] of this.#colours.entries()) {
      const distance = squaredDistance(wanted, colour);
      if (distance >= least) continue;
      least = distance;
      nearest = colour;
      this.#nearest[key] = index + 1;
    }
    return nearest;
  }
}

function colourOf(key: number): Colour {
  return [key >> 16, (key >> 8) & 255, key & 255];
}

function squaredDistance(a: Colour, b: Colour): number {
  return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;
}
