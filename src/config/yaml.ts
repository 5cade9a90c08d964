import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
} from 'yaml';
import { ConfigError } from '../http/errors.ts';
import type { Places } from './places.ts';
import { pyyamlScalars } from './yaml-scalars.ts';

/** A mapping as read: keys in the order of the file. */
export type Mapping = Record<string, unknown>;

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && isPlain(value);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * Reads YAML as PyYAML's safe loader does (row TRAP-01): version 1.1, merge keys, the last of two equal keys counts.
 * Keys that are numbers become text. Where everything was written goes to `places`.
 *
 * @param warn told of keys that are written twice
 * @throws ConfigError with line and column for what is not YAML
 */
export function parseYaml(
  text: string,
  file: string,
  places: Places,
  warn: (message: string) => void = () => undefined,
): unknown {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: '1.1',
    schema: 'failsafe',
    customTags: [...pyyamlScalars],
    uniqueKeys: false,
    prettyErrors: false,
    lineCounter: lines,
  });
  // An unknown tag is only a warning to the library, but nothing that could be built from it.
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    const { line, col } = lines.linePos(problem.pos[0]);
    throw new ConfigError(problem.message, { file, line, column: col });
  }
  return new Reader(document, file, lines, places, warn).read();
}

class Reader {
  readonly #document: Document;
  readonly #file: string;
  readonly #lines: LineCounter;
  readonly #places: Places;
  readonly #warn: (message: string) => void;
  /** Aliases share what they name, as in Python. */
  readonly #values = new Map<Node, unknown>();
  readonly #open = new Set<Node>();

  constructor(document: Document, file: string, lines: LineCounter, places: Places, warn: (message: string) => void) {
    this.#document = document;
    this.#file = file;
    this.#lines = lines;
    this.#places = places;
    this.#warn = warn;
  }

  read(): unknown {
    return this.#value(this.#document.contents);
  }

  #value(node: unknown): unknown {
    if (isAlias(node)) return this.#value(node.resolve(this.#document));
    if (isScalar(node)) return node.value;
    if (!isMap(node) && !isSeq(node)) return null;
    if (this.#values.has(node)) return this.#values.get(node);
    if (this.#open.has(node)) throw new ConfigError('an alias must not contain itself', this.#position(node));
    this.#open.add(node);
    const value = isMap(node) ? this.#mapping(node) : node.items.map((item) => this.#value(item));
    if (isSeq(node)) for (const [index, item] of node.items.entries()) this.#mark(value as unknown[], index, item);
    this.#open.delete(node);
    this.#values.set(node, value);
    return value;
  }

  #mapping(node: YAMLMap): Mapping {
    const entries = new Map(this.#entries(node));
    const mapping = Object.fromEntries([...entries].map(([key, { value }]) => [key, value]));
    for (const [key, entry] of entries) this.#mark(mapping, key, entry.node);
    return mapping;
  }

  /** Mappings named by `<<`; those named first win, so they come last. */
  #merged(node: YAMLMap): YAMLMap[] {
    const sources = node.items.filter(isMergePair).flatMap(({ value }) => {
      const target = isAlias(value) ? value.resolve(this.#document) : value;
      return isSeq(target) ? target.items.toReversed() : [target];
    });
    return sources.map((source) => {
      const target = isAlias(source) ? source.resolve(this.#document) : source;
      if (!isMap(target)) throw new ConfigError('<< needs a mapping or a list of mappings', this.#position(node));
      return target;
    });
  }

  /** What is merged in comes first, so that a mapping's own keys win. */
  *#entries(node: YAMLMap): Generator<[key: string, entry: { value: unknown; node: unknown }]> {
    for (const source of this.#merged(node)) yield* this.#entries(source);
    const seen = new Set<string>();
    for (const pair of node.items) {
      if (isMergePair(pair)) continue;
      const key = this.#value(pair.key);
      if (typeof key === 'object' && key !== null && !('text' in key)) {
        throw new ConfigError('a key must be a single word', this.#position(pair.key));
      }
      if (seen.has(String(key))) {
        const line = this.#position(pair.key)?.line ?? 0;
        this.#warn(`'${key}' is written twice, the second time in line ${line} of ${this.#file}: only that counts`);
      }
      seen.add(String(key));
      yield [String(key), { value: this.#value(pair.value), node: pair.key }];
    }
  }

  #mark(container: object, key: string | number, node: unknown): void {
    const position = this.#position(node);
    if (position !== undefined) this.#places.set(container, key, position);
  }

  #position(node: unknown): { file: string; line: number; column: number } | undefined {
    const range = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined;
    if (range === undefined || range === null) return undefined;
    const { line, col } = this.#lines.linePos(range[0]);
    return { file: this.#file, line, column: col };
  }
}

function isMergePair({ key }: Pair): boolean {
  return isScalar(key) && key.value === '<<' && key.type === 'PLAIN';
}
