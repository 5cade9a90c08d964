import { readFile } from 'node:fs/promises';
import { SourceError } from '../../http/errors.ts';
import { formatMimeType, sniffImageKind } from '../../image/format.ts';
import { getLogger } from '../../log.ts';
import type { LegendAnswer, LegendQuery, LegendSource } from '../contract.ts';
import type { SourceHttp } from '../http/client.ts';
import { imageOf } from '../image-answer.ts';
import { getLegendQuery } from './request.ts';
import type { WmsServer } from './server.ts';

const log = getLogger('mapproxy.source.wms');

const JSON_TYPE = 'application/json';

/** Legends of a server that speaks WMS, one for each layer (row SRC-28). */
export class WmsLegendSource implements LegendSource {
  readonly identifier: string;
  readonly isStatic = false;
  readonly #server: WmsServer;
  readonly #layers: readonly string[];
  readonly #format: string | undefined;

  /** @param format always asked for, whatever the client wants */
  constructor(server: WmsServer, format: string | undefined) {
    this.#server = server;
    this.#layers = server.fixed.get('LAYERS')?.split(',') ?? [];
    this.#format = format;
    this.identifier = JSON.stringify(this.#layers.map((layer) => [server.address, layer]));
  }

  async getLegends(query: LegendQuery): Promise<{ legends: LegendAnswer[]; complete: boolean }> {
    const results = await Promise.allSettled(this.#layers.map((layer) => this.#legendOf(layer, query)));
    const legends: LegendAnswer[] = [];
    for (const result of results) {
      if (result.status === 'fulfilled') legends.push(result.value);
      else if (!(result.reason instanceof SourceError)) throw result.reason;
      else log.error({ detail: result.reason.detail }, result.reason.message);
    }
    return { legends, complete: legends.length === results.length };
  }

  async #legendOf(layer: string, { format, scale, signal }: LegendQuery): Promise<LegendAnswer> {
    const server = this.#server;
    // JSON is another thing than a picture of another format.
    const asked = format === JSON_TYPE ? format : (this.#format ?? format);
    const answer = await server.http.fetch(
      `${server.address}?${getLegendQuery(server, { layer, format: asked, scale })}`,
      signal,
    );
    if (format === JSON_TYPE && answer.contentType.includes('json')) return { ...answer, contentType: JSON_TYPE };
    return { body: imageOf(answer, 'no image returned from source WMS'), contentType: answer.contentType };
  }
}

/** A legend that is there as it is: a file or a URL (row SRC-28). */
export class StaticLegendSource implements LegendSource {
  readonly identifier: string;
  readonly isStatic = true;
  readonly #load: (signal: AbortSignal) => Promise<LegendAnswer>;

  private constructor(identifier: string, load: (signal: AbortSignal) => Promise<LegendAnswer>) {
    this.identifier = identifier;
    this.#load = load;
  }

  static ofUrl(url: string, http: SourceHttp): StaticLegendSource {
    return new StaticLegendSource(url, async (signal) => {
      const answer = await http.fetch(url, signal);
      return { body: imageOf(answer, 'no image returned from static LegendURL'), contentType: answer.contentType };
    });
  }

  static ofFile(file: string): StaticLegendSource {
    return new StaticLegendSource(`file://${file}`, async (signal) => {
      try {
        const body = await readFile(file, { signal });
        return { body, contentType: formatMimeType(sniffImageKind(body) ?? 'png') };
      } catch (cause) {
        signal.throwIfAborted();
        throw new SourceError('no image returned from static LegendURL', { detail: `cannot read ${file}`, cause });
      }
    });
  }

  async getLegends({ signal }: LegendQuery): Promise<{ legends: LegendAnswer[]; complete: boolean }> {
    return { legends: [await this.#load(signal)], complete: true };
  }
}
