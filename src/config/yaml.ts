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
    const message = problem.message === STACK_OVERFLOW ? TOO_DEEP : problem.message;
    throw new ConfigError(message, { file, line, column: col });
  }
  try {
    return new Reader(document, file, lines, places, warn).read();
  } catch (error) {
    if (error instanceof RangeError && error.message === STACK_OVERFLOW) throw new ConfigError(TOO_DEEP, { file });
    throw error;
  }
}

/** V8's words, and the library's that hands them on. */
const STACK_OVERFLOW = 'Maximum call stack size exceeded';
const TOO_DEEP = 'is nested too deeply to be read';

/**
 * Values that a file stands for, those that aliases name counted each time: a few lines of aliases of aliases can stand
 * for more than any memory holds. The largest configurations known have some ten thousand.
 */
const MOST_VALUES = 500_000;

/** What a mapping has under a key. */
interface Entry {
  readonly value: unknown;
  /** The key, as written. */
  readonly node: unknown;
}

type Entries = ReadonlyMap<string, Entry>;

class Reader {
  readonly #document: Document;
  readonly #file: string;
  readonly #lines: LineCounter;
  readonly #places: Places;
  readonly #warn: (message: string) => void;
  /** Aliases share what they name, as in Python. */
  readonly #values = new Map<Node, unknown>();
  readonly #open = new Set<Node>();
  /** How many values a list or mapping stands for. */
  readonly #sizes = new Map<unknown, number>();
  readonly #mergeable = new Map<YAMLMap, Entries>();
  readonly #merging = new Set<YAMLMap>();

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
    this.#count(value as object, node);
    return value;
  }

  #count(container: object, node: Node): void {
    let size = 1;
    for (const part of Object.values(container)) size += this.#sizes.get(part) ?? 1;
    if (size > MOST_VALUES) {
      throw new ConfigError(`stands for more than ${MOST_VALUES} values, by aliases of aliases`, this.#position(node));
    }
    this.#sizes.set(container, size);
  }

  #mapping(node: YAMLMap): Mapping {
    const entries = this.#entriesOf(node);
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

  /** Each mapping is read once, however often it is merged into others. */
  #entriesOf(node: YAMLMap): Entries {
    const known = this.#mergeable.get(node);
    if (known !== undefined) return known;
    if (this.#merging.has(node))
      throw new ConfigError('a mapping must not be merged into itself', this.#position(node));
    this.#merging.add(node);
    const entries: Entries = new Map(this.#entries(node));
    this.#merging.delete(node);
    this.#mergeable.set(node, entries);
    return entries;
  }

  /** What is merged in comes first, so that a mapping's own keys win. */
  *#entries(node: YAMLMap): Generator<[key: string, entry: Entry]> {
    for (const source of this.#merged(node)) yield* this.#entriesOf(source);
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
