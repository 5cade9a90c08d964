import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { TileCoord } from '../grid/types.ts';
import { SourceError } from '../http/errors.ts';
import type { HttpAnswer, SourceHttp } from '../source/http/client.ts';
import type { CreatedTile, TileCreator } from './creator.ts';
import type { TileStore } from './store/contract.ts';

/** Tasks of a higher number are done first (row TILE-27). */
const PRIORITY = 100;
const SEED_PRIORITY = 10;

const answerSchema = z.object({ status: z.string(), error_message: z.string().optional() });

/** Asks a MapProxy-renderd to make tiles, which it stores where they belong (rows GLB-45, TILE-27). */
export class RenderdClient {
  readonly #address: string;
  readonly #http: SourceHttp;

  /** @param http of the address alone: what is meant for map servers is not told to renderd */
  constructor(address: string, http: SourceHttp) {
    this.#address = address;
    this.#http = http;
  }

  /**
   * Returns when the tile is stored, with all of its meta tile.
   *
   * @param cache `<cache>_<grid>`
   * @throws SourceError when it is not
   */
  async make(cache: string, coord: TileCoord, isSeeding: boolean, signal: AbortSignal): Promise<void> {
    const task = {
      command: 'tile',
      id: taskId(cache, coord),
      tiles: [coord],
      cache_identifier: cache,
      priority: isSeeding ? SEED_PRIORITY : PRIORITY,
    };
    const { status, error_message: message } = parse(await this.#post(JSON.stringify(task), signal));
    if (status === 'error') throw new SourceError(`Error from renderd: ${message ?? 'unknown error from renderd'}`);
    if (status === 'lock') {
      throw new SourceError(`Lock timeout from renderd: ${message ?? 'unknown lock timeout error from renderd'}`);
    }
  }

  async #post(form: string, signal: AbortSignal): Promise<HttpAnswer> {
    try {
      return await this.#http.fetch(this.#address, signal, {
        form,
        contentType: 'application/json',
        takesAnyStatus: true,
      });
    } catch (cause) {
      if (!(cause instanceof SourceError)) throw cause;
      throw communicationError(cause.message, cause.detail, cause);
    }
  }
}

export interface RenderdCreatorOptions {
  readonly renderd: RenderdClient;
  /** `<cache>_<grid>` */
  readonly cache: string;
  /** Where renderd puts the tiles. */
  readonly store: TileStore;
  /** Makes what renderd cannot be asked for: it knows no dimensions, and would make their tiles without. */
  readonly own: TileCreator;
}

/** Has tiles made by renderd instead of making them here (row TILE-27). */
export function renderdTileCreator({ renderd, cache, store, own }: RenderdCreatorOptions): TileCreator {
  return async (meta, request) => {
    if (request.dimensions !== undefined && request.dimensions.size > 0) return own(meta, request);
    // MapProxy calls the upper left tile the main one here: the same task has the same id.
    const [first] = meta.parts;
    await renderd.make(cache, first?.coord ?? meta.main, request.isSeeding === true, request.signal);
    const tiles: CreatedTile[] = [];
    for (const { coord } of meta.parts) {
      const stored = await store.load(coord);
      if (stored !== null) tiles.push({ coord, body: stored.body, cacheable: true });
    }
    return tiles.length === 0 ? null : { tiles, authorizeStale: false, areStored: true };
  };
}

/** The same for the same task, as Python writes it: `('osm_webmercator', [(15, 17, 5)])`. */
function taskId(cache: string, coord: TileCoord): string {
  const quote = cache.includes("'") && !cache.includes('"') ? '"' : "'";
  const quoted = quote + cache.replaceAll('\\', '\\\\').replaceAll("'", quote === "'" ? "\\'" : "'") + quote;
  return createHash('sha1')
    .update(`(${quoted}, [(${coord.join(', ')})])`)
    .digest('hex');
}

function parse({ body }: HttpAnswer): z.infer<typeof answerSchema> {
  try {
    return answerSchema.parse(JSON.parse(body.toString()));
  } catch (cause) {
    throw communicationError('invalid JSON', body.toString('utf8', 0, LOGGED_BYTES), cause);
  }
}

/** How much of an answer that cannot be read is logged. */
const LOGGED_BYTES = 200;

function communicationError(message: string, detail: string | undefined, cause: unknown): SourceError {
  return new SourceError(`Error while communicating with renderd: ${message}`, {
    cause,
    ...(detail !== undefined && { detail }),
  });
}
