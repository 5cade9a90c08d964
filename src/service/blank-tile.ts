import type { Size } from '../grid/types.ts';
import type { MapRenderer, Tile } from '../layer/contract.ts';
import type { Srs } from '../srs/srs.ts';

/** Makes the transparent PNG tiles that stand for nothing, each size once. */
export class BlankTiles {
  readonly #renderer: MapRenderer;
  readonly #bodies = new Map<string, Promise<Buffer>>();

  constructor(renderer: MapRenderer) {
    this.#renderer = renderer;
  }

  /** A transparent PNG, whatever the layer's own format, made now (row TMS-09). */
  async tile(size: Size, srs: Srs): Promise<Tile> {
    const key = size.join('x');
    let body = this.#bodies.get(key);
    if (body === undefined) {
      body = this.#render(size, srs);
      this.#bodies.set(key, body);
      body.catch(() => this.#bodies.delete(key));
    }
    return { body: await body, mimeType: 'image/png', timestamp: Date.now() / 1000, cacheable: true };
  }

  async #render(size: Size, srs: Srs): Promise<Buffer> {
    // Shared by all who wait for it: nobody's going away may end it.
    const signal = new AbortController().signal;
    const query = { bbox: [0, 0, 1, 1], size, srs, signal } as const;
    const output = { mimeType: 'image/png', transparent: true, background: [255, 255, 255] } as const;
    return (await this.#renderer.render([], query, output)).body;
  }
}
