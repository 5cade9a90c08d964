import { z } from 'zod';
import type { TileGrid } from '../../grid/tile-grid.ts';
import { arcgisPath, quadkey, tcPath, tmsPath } from '../../grid/tile-paths.ts';
import type { TileCoord } from '../../grid/types.ts';
import { formatExtension } from '../../image/format.ts';
import type { ImageSettings } from '../../image/options.ts';
import { defineSource, type SourceImage, type TiledSource, type TileQuery } from '../contract.ts';
import type { SourceHttp } from '../http/client.ts';
import { imageOf } from '../image-answer.ts';
import { commonSourceOptions, httpOf } from '../options.ts';
import { TileFiles } from './files.ts';
import { PrintfTemplate } from './template.ts';

const options = z.object({
  ...commonSourceOptions,
  url: z.string(),
  grid: z.string().optional(),
  /** Row SRC-52. */
  origin: z.string().optional(),
  transparent: z.boolean().optional(),
  request_format: z.string().optional(),
});

const DEFAULT_GRID = 'GLOBAL_MERCATOR';

/** How a tile is named in each variable of the URL (row SRC-50). */
const VARIABLES: Readonly<Record<string, (coord: TileCoord, grid: TileGrid, format: string) => string | number>> = {
  x: ([x]) => x,
  y: ([, y]) => y,
  z: ([, , level]) => level,
  format: (_coord, _grid, format) => formatExtension(format),
  quadkey,
  tc_path: tcPath,
  tms_path: tmsPath,
  arcgiscache_path: arcgisPath,
  bbox: (coord, grid) =>
    grid
      .tileBbox(coord)
      .map((value) => value.toFixed(8))
      .join(','),
};

/** Tiles by URL template (section 6.3 of the behaviour rows). */
export default defineSource<z.infer<typeof options>>({
  type: 'tile',
  options,
  build(own, context): TiledSource {
    if (own.origin !== undefined) context.warn('origin is ignored: set it on the grid');
    if (own.grid === undefined) context.warn(`tile source uses ${DEFAULT_GRID}: name a grid to be sure of its origin`);
    const template = new PrintfTemplate(own.url, Object.keys(VARIABLES));
    if (template.names.size === 0) context.warn('the url is the same for every tile: it has no variables like %(z)s');
    const image = context.image(own.image?.format ?? own.request_format ?? '', {
      ...own.image,
      transparent: own.image?.transparent ?? own.transparent,
    });
    return new TemplateSource(context.name, {
      template,
      grid: context.grid(own.grid ?? DEFAULT_GRID),
      image,
      format: own.image?.format ?? own.request_format,
      http: isFile(own.url)
        ? new TileFiles(own.http?.hide_error_details ?? true)
        : context.http([own.url], httpOf(own)),
    });
  },
});

function isFile(url: string): boolean {
  return url.startsWith('file://');
}

interface TemplateSourceParts {
  readonly template: PrintfTemplate;
  readonly grid: TileGrid;
  readonly image: ImageSettings;
  /** Wins over what the cache asks for. */
  readonly format: string | undefined;
  readonly http: SourceHttp;
}

class TemplateSource implements TiledSource {
  readonly kind = 'tiles';
  readonly name: string;
  readonly grid: TileGrid;
  readonly image: ImageSettings;
  readonly extent;
  readonly #template: PrintfTemplate;
  readonly #variables: readonly string[];
  readonly #format: string | undefined;
  readonly #http: SourceHttp;

  constructor(name: string, { template, grid, image, format, http }: TemplateSourceParts) {
    this.name = name;
    this.grid = grid;
    this.image = image;
    this.extent = { bbox: grid.bbox, srs: grid.srs };
    this.#template = template;
    this.#variables = [...template.names];
    this.#format = format;
    this.#http = http;
  }

  async getTile(coord: TileCoord, { format, signal }: TileQuery): Promise<SourceImage | null> {
    if (!this.grid.contains(coord)) return null;
    const answer = await this.#http.fetch(this.#url(coord, this.#format ?? format), signal);
    const message = `response is not an image: (${answer.contentType})`;
    return { body: imageOf(answer, message), cacheable: true };
  }

  #url(coord: TileCoord, format: string): string {
    const values: Record<string, string | number> = {};
    for (const name of this.#variables) values[name] = VARIABLES[name]?.(coord, this.grid, format) ?? '';
    return this.#template.format(values);
  }
}
