import { ConfigError } from '../../http/errors.ts';

/** What a REST URL names. `dimensions` holds the template's variables that WMTS itself does not know. */
export interface RestTile {
  readonly layer: string;
  readonly matrixSet: string;
  readonly matrix: string;
  readonly row: number;
  readonly column: number;
  /** File extension; undefined where the template has no place for it. */
  readonly extension: string | undefined;
  readonly dimensions: ReadonlyMap<string, string>;
}

const PATTERNS: Readonly<Record<string, string>> = {
  Layer: '[\\w.:-]+',
  Style: '[\\w.:-]+',
  TileMatrixSet: '[\\w.:-]+',
  TileMatrix: '[\\w.:-]+',
  TileRow: '-?\\d+',
  TileCol: '-?\\d+',
  Format: '\\w+',
};

const DIMENSION_PATTERN = '[\\w.,:-]+';

const REQUIRED = ['Layer', 'TileMatrixSet', 'TileMatrix', 'TileCol', 'TileRow'];

/** `{Layer}`, and `{{Layer}}` as in configurations from before MapProxy 1.6. */
const VARIABLE = /\{\{(\w+)\}\}|\{(\w+)\}/g;

/** The form of tile URLs below `/wmts` (row WMTS-05). */
export class RestTemplate {
  readonly #template: string;
  readonly #pattern: RegExp;
  readonly #dimensions: readonly string[];

  /** @throws ConfigError `InvalidWMTSTemplate` when a variable is missing. */
  constructor(template: string) {
    const names = [...template.matchAll(VARIABLE)].map((match) => match[1] ?? match[2] ?? '');
    const missing = REQUIRED.filter((name) => !names.includes(name));
    if (missing.length > 0) {
      throw new ConfigError(
        `InvalidWMTSTemplate: missing required variables in WMTS restful template: ${missing.join(', ')}`,
      );
    }
    this.#template = template.replaceAll(VARIABLE, (_, old, name) => `{${old ?? name}}`);
    this.#dimensions = names.filter((name) => PATTERNS[name] === undefined);
    const fixed = template.split(VARIABLE).filter((_, index) => index % 3 === 0);
    const groups = names.map((name) => `(?<${name}>${PATTERNS[name] ?? DIMENSION_PATTERN})`);
    const source = fixed
      .map((text, index) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&') + (groups[index] ?? ''))
      .join('');
    this.#pattern = new RegExp(`${source}$`);
  }

  /** Reads a path; undefined if it is not of this form. */
  match(path: string): RestTile | undefined {
    const found = this.#pattern.exec(path)?.groups;
    if (found === undefined) return undefined;
    return {
      layer: found.Layer ?? '',
      matrixSet: found.TileMatrixSet ?? '',
      matrix: found.TileMatrix ?? '',
      row: Number(found.TileRow),
      column: Number(found.TileCol),
      extension: found.Format,
      dimensions: new Map(this.#dimensions.map((name) => [name.toLowerCase(), found[name] ?? ''])),
    };
  }

  /** The template that clients fill in: layer and format stand in it already (row WMTS-11). */
  resourceUrl(base: string, layer: string, extension: string): string {
    return base + this.#template.replace('{Layer}', encodeURIComponent(layer)).replace('{Format}', extension);
  }
}
