import { ConfigError } from '../../http/errors.ts';
import type { InfoRequest, TileRequest } from './request.ts';

const PATTERNS: Readonly<Record<string, string>> = {
  Layer: '[\\w.:-]+',
  Style: '[\\w.:-]+',
  TileMatrixSet: '[\\w.:-]+',
  TileMatrix: '[\\w.:-]+',
  TileRow: '-?\\d+',
  TileCol: '-?\\d+',
  Format: '\\w+',
  I: '\\d+',
  J: '\\d+',
  InfoFormat: '\\w+',
};

const DIMENSION_PATTERN = '[\\w.,:-]+';

/** What a template for tiles must have. */
export const TILE_VARIABLES = ['Layer', 'TileMatrixSet', 'TileMatrix', 'TileCol', 'TileRow'];

/** What a template for feature info must have (row WMTS-06). */
export const INFO_VARIABLES = [...TILE_VARIABLES, 'I', 'J'];

/** `{Layer}`, and `{{Layer}}` as in configurations from before MapProxy 1.6. */
const VARIABLE = /\{\{([A-Za-z_]\w*)\}\}|\{([A-Za-z_]\w*)\}/g;

const NO_DIMENSIONS: ReadonlyMap<string, string> = new Map();

/** The form of URLs below `/wmts` (rows WMTS-05, WMTS-06). */
export class RestTemplate {
  readonly #template: string;
  readonly #pattern: RegExp;
  /** As they stand in the template. */
  readonly #dimensions: readonly string[];

  /** @throws ConfigError `InvalidWMTSTemplate` when a variable is missing or stands there twice. */
  constructor(template: string, required: readonly string[]) {
    const names = [...template.matchAll(VARIABLE)].map((match) => match[1] ?? match[2] ?? '');
    const missing = required.filter((name) => !names.includes(name));
    if (missing.length > 0) {
      throw new ConfigError(
        `InvalidWMTSTemplate: missing required variables in WMTS restful template: ${missing.join(', ')}`,
      );
    }
    const repeated = names.find((name, index) => names.indexOf(name) < index);
    if (repeated !== undefined) throw new ConfigError(`InvalidWMTSTemplate: {${repeated}} stands there twice`);
    this.#template = template.replaceAll(VARIABLE, (_, old, name) => `{${old ?? name}}`);
    this.#dimensions = names.filter((name) => PATTERNS[name] === undefined);
    const fixed = template.split(VARIABLE).filter((_, index) => index % 3 === 0);
    const groups = names.map((name) => `(?<${name}>${PATTERNS[name] ?? DIMENSION_PATTERN})`);
    const source = fixed
      .map((text, index) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&') + (groups[index] ?? ''))
      .join('');
    this.#pattern = new RegExp(`^${source}$`);
  }

  /** Reads the path of a tile; undefined if it is not of this form. */
  match(path: string): TileRequest | undefined {
    const found = this.#pattern.exec(path)?.groups;
    return found && this.#tile(found);
  }

  /** Reads the path of feature info; undefined if it is not of this form. */
  matchInfo(path: string): InfoRequest | undefined {
    const found = this.#pattern.exec(path)?.groups;
    return found && { ...this.#tile(found), pixel: [Number(found.I), Number(found.J)], infoFormat: found.InfoFormat };
  }

  #tile(found: Readonly<Record<string, string | undefined>>): TileRequest {
    return {
      layer: found.Layer ?? '',
      matrixSet: found.TileMatrixSet ?? '',
      matrix: found.TileMatrix ?? '',
      row: Number(found.TileRow),
      column: Number(found.TileCol),
      extension: found.Format,
      dimensions:
        this.#dimensions.length === 0
          ? NO_DIMENSIONS
          : new Map(this.#dimensions.map((name) => [name.toLowerCase(), found[name] ?? ''])),
    };
  }

  /** The variable that stands for a dimension, in the template's own spelling; undefined: it has no place for it. */
  variableOf(dimension: string): string | undefined {
    return this.#dimensions.find((name) => name.toLowerCase() === dimension);
  }

  /**
   * The template that clients fill in: the layer and what kind of file it is stand in it already (row WMTS-11).
   *
   * @param suffix of tiles for a template of tiles, of documents for one of feature info
   */
  resourceUrl(base: string, layer: string, suffix: string): string {
    const values: Readonly<Record<string, string>> = {
      '{Layer}': encodeURIComponent(layer),
      '{Format}': suffix,
      '{InfoFormat}': suffix,
    };
    return base + this.#template.replace(/\{(?:Layer|Format|InfoFormat)\}/g, (name) => values[name] ?? name);
  }
}
