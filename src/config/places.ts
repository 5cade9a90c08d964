import type { ConfigPlace } from '../http/errors.ts';

/** Keys and list positions from the top of a configuration. */
export type Path = readonly (string | number)[];

interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Where in which file the values of a configuration were written; kept for mappings and lists, by their keys. */
export class Places {
  readonly #positions = new WeakMap<object, Map<string | number, Position>>();

  set(container: object, key: string | number, position: Position): void {
    let positions = this.#positions.get(container);
    if (positions === undefined) {
      positions = new Map();
      this.#positions.set(container, positions);
    }
    positions.set(key, position);
  }

  /** For a value that moved into a new container. */
  copy(from: object, key: string | number, to: object, newKey: string | number = key): void {
    const position = this.#positions.get(from)?.get(key);
    if (position !== undefined) this.set(to, newKey, position);
  }

  /** The place of a path, or of the deepest part of it that was written somewhere. */
  find(root: unknown, path: Path, file: string): ConfigPlace {
    let position: Position | undefined;
    let value = root;
    for (const key of path) {
      if (typeof value !== 'object' || value === null) break;
      position = this.#positions.get(value)?.get(key) ?? position;
      value = (value as Record<string | number, unknown>)[key];
    }
    return { ...(position ?? { file }), path: pathText(path) };
  }
}

/** `caches.osm.grids[0]` */
export function pathText(path: Path): string {
  return path.map((key, depth) => (typeof key === 'number' ? `[${key}]` : depth === 0 ? key : `.${key}`)).join('');
}
