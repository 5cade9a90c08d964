import type { MapLayer } from '../../src/layer/contract.ts';
import type {
  InfoAnswer,
  InfoQuery,
  InfoSource,
  LegendAnswer,
  LegendQuery,
  LegendSource,
} from '../../src/source/contract.ts';
import { FAKE_MAP_LAYERS } from './fake-services.ts';

/** Answers always the same, null for nothing, and keeps what it was asked. */
export class FakeInfoSource implements InfoSource {
  readonly name = 'info';
  readonly queries: InfoQuery[] = [];
  readonly #answer: InfoAnswer | Error | null;

  constructor(contentType: string | null, body: string | Buffer | Error = '') {
    if (contentType === null) this.#answer = null;
    else this.#answer = body instanceof Error ? body : { body: Buffer.from(body), contentType };
  }

  async getFeatureInfo(query: InfoQuery): Promise<InfoAnswer | null> {
    this.queries.push(query);
    if (this.#answer instanceof Error) throw this.#answer;
    return this.#answer;
  }
}

/** Shows these pictures, from the bottom up, and keeps what it was asked. */
export class FakeLegendSource implements LegendSource {
  readonly identifier = 'legend';
  readonly isStatic = false;
  readonly queries: LegendQuery[] = [];
  readonly #legends: readonly LegendAnswer[];

  constructor(...legends: readonly LegendAnswer[]) {
    this.#legends = legends;
  }

  async getLegends(query: LegendQuery) {
    this.queries.push(query);
    return { legends: this.#legends, complete: true };
  }
}

/** The fake layers, changed by name. */
export function changedLayers(changes: Readonly<Record<string, Partial<MapLayer>>>, from = FAKE_MAP_LAYERS): MapLayer {
  return { ...from, ...changes[from.name ?? ''], layers: from.layers.map((layer) => changedLayers(changes, layer)) };
}
