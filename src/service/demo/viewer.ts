import type { Bbox, Size } from '../../grid/types.ts';
import type { Query } from '../../http/query.ts';
import type { Request } from '../../http/request.ts';
import type { Response } from '../../http/response.ts';
import { html, type Markup, type MarkupValue, scriptJson } from '../../http/xml.ts';
import type { Srs } from '../../srs/srs.ts';
import { transformed } from '../geographic-bbox.ts';
import { tileMapUrl } from '../tms/documents.ts';
import type { TileMap } from '../tms/tile-map.ts';
import type { Background } from './background.ts';
import { mapFormats, mapSrs } from './choices.ts';
import { copyable, notFoundPage, page } from './page.ts';
import type { Site, SiteLayer } from './site.ts';

/** What the map's script is told (static/viewer-script.ts). Extents are in the projection. */
interface ViewerConfig {
  readonly projection: {
    readonly code: string;
    readonly units: 'degrees' | 'm';
    readonly metersPerUnit: number;
    readonly extent: Bbox;
  };
  /** What is shown at first. */
  readonly extent: Bbox;
  readonly maxResolution: number;
  readonly tiles?: {
    /** With {z}, {x} and {y}. */
    readonly url: string;
    readonly extent: Bbox;
    readonly tileSize: Size;
    readonly rowsFrom: 'nw' | 'sw';
    readonly levels: readonly ViewerLevel[];
  };
  /** What can be shown below the layer (row GLB-46). */
  readonly background?: {
    readonly url: string;
    readonly isOn: boolean;
    readonly attribution?: string | undefined;
    /** In PROJ's words, where the map's library does not know the projection. */
    readonly definition?: string | undefined;
  };
  readonly wms?: { readonly url: string; readonly params: Readonly<Record<string, string>> };
}

interface ViewerLevel {
  readonly name: string;
  readonly resolution: number;
  readonly origin: readonly [x: number, y: number];
  readonly columns: number;
  readonly rows: number;
}

interface ViewerPage {
  readonly service: string;
  readonly srs: Srs;
  readonly layer: SiteLayer;
  readonly config: ViewerConfig;
  /** Rows of the panel: term and what it is. */
  readonly facts: readonly (readonly [term: string, value: MarkupValue])[];
  /** A form that changes what is shown; works without scripts. */
  readonly choices?: Markup | undefined;
  readonly urls: readonly (readonly [label: string, url: string])[];
}

/** `?wms_layer=&srs=&format=` (row DEMO-02). */
export function wmsViewer(site: Site, query: Query, request: Request): Response {
  const layer = site.layers.get(query.get('wms_layer') ?? '');
  if (site.wms === undefined || layer?.map === undefined) return unknownLayer('WMS');
  const { settings } = site.wms;
  const srsChoices = mapSrs(layer.map, settings);
  const srs = srsChoices.find(({ code }) => code === query.get('srs')) ?? srsChoices[0];
  const formats = mapFormats(settings);
  const format = formats.find((one) => one === query.get('format') || one === `image/${query.get('format')}`);
  const mimeType = format ?? formats[0] ?? 'image/png';
  const { extent: area } = layer.map;
  const extent = srs && (settings.limits.get(srs.code) ?? transformed(area.bbox, area.srs, srs));
  if (srs === undefined || extent === undefined) return notFoundPage('This layer cannot be drawn in that system.');
  const isOpaque = mimeType === 'image/jpeg';
  const params = {
    LAYERS: layer.name,
    STYLES: '',
    VERSION: '1.1.1',
    FORMAT: mimeType,
    TRANSPARENT: isOpaque ? 'false' : 'true',
  };
  return viewerPage(site, {
    service: 'WMS',
    srs,
    layer,
    config: {
      projection: projectionOf(srs, extent),
      extent,
      maxResolution: Math.max(extent[2] - extent[0], extent[3] - extent[1]) / 256,
      wms: { url: '../service?', params },
    },
    facts: [],
    choices: html`<form class="choices" method="get" action="./">
  <input type="hidden" name="wms_layer" value="${layer.name}">
  <label>System ${select(
    'srs',
    srsChoices.map(({ code }) => code),
    srs.code,
  )}</label>
  <label>Format ${select('format', formats, mimeType)}</label>
  <button type="submit" class="button small">Show</button>
</form>`,
    urls: [['WMS address for QGIS', `${request.publicUrl.base}/service?`]],
  });
}

/** `?tms_layer=&srs=&format=`, or `grid=` where one SRS has several grids (row DEMO-02). */
export function tmsViewer(site: Site, query: Query, request: Request): Response {
  const layer = site.layers.get(query.get('tms_layer') ?? '');
  const tileMap = layer?.tileMaps.find((one) => isAsked(query, one.tileSet.grid.name, one.tileSet.grid.srs));
  if (site.tms === undefined || layer === undefined || tileMap === undefined) return unknownLayer('TMS');
  const { grid, extent } = tileMap.tileSet;
  const [west, south] = grid.bbox;
  const extension = tileMap.extension ?? 'png';
  const levels = tileMap.levels().map(({ order, level, unitsPerPixel }) => {
    const [columns, rows] = grid.gridSize(level);
    return { name: String(order), resolution: unitsPerPixel, origin: [west, south] as const, columns, rows };
  });
  const base = request.publicUrl.base;
  return viewerPage(site, {
    service: 'TMS',
    srs: grid.srs,
    layer,
    config: {
      projection: projectionOf(grid.srs, grid.bbox),
      extent: visible(extent, grid.bbox),
      maxResolution: grid.resolution(0),
      tiles: {
        url: `${tileMapUrl(tileMap, '../tms')}/{z}/{x}/{y}.${extension}`,
        extent: grid.bbox,
        tileSize: grid.tileSize,
        rowsFrom: 'sw',
        levels,
      },
    },
    facts: [
      ['System', grid.srs.code],
      ['Profile', tileMap.profile],
      ['Format', extension],
    ],
    urls: [
      ...xyzUrl(tileMap, base),
      ['Tile address, rows from the south', `${tileMapUrl(tileMap, `${base}/tms`)}/{z}/{x}/{y}.${extension}`],
      ['TileMap document', tileMapUrl(tileMap, `${base}/tms`)],
    ],
  });
}

/** The world's tiles as most clients count them: XYZ layers of QGIS, Leaflet, MapLibre. */
function xyzUrl(tileMap: TileMap, base: string): [label: string, url: string][] {
  const { grid } = tileMap.tileSet;
  if (tileMap.profile !== 'global-mercator' || !grid.supportsOrigin('nw')) return [];
  const path = [tileMap.layer.name, tileMap.spec].map(encodeURIComponent).join('/');
  return [['XYZ address for QGIS', `${base}/tiles/${path}/{z}/{x}/{y}.${tileMap.extension ?? 'png'}?origin=nw`]];
}

/** `?wmts_layer=&srs=&format=`, or `grid=` where one SRS has several grids (row DEMO-02). */
export function wmtsViewer(site: Site, query: Query, request: Request): Response {
  const layer = site.layers.get(query.get('wmts_layer') ?? '');
  const tiles = layer?.wmtsTiles.find(({ tileSet: { grid } }) => isAsked(query, grid.name, grid.srs));
  if (site.wmts === undefined || layer === undefined || tiles === undefined) return unknownLayer('WMTS');
  const { matrixSet, tileSet } = tiles;
  const { grid } = matrixSet;
  const base = request.publicUrl.base;
  const hasRest = site.wmts.rest !== undefined;
  const capabilities = hasRest
    ? `${base}/wmts/1.0.0/WMTSCapabilities.xml`
    : `${base}/service?SERVICE=WMTS&REQUEST=GetCapabilities`;
  return viewerPage(site, {
    service: 'WMTS',
    srs: grid.srs,
    layer,
    config: {
      projection: projectionOf(grid.srs, grid.bbox),
      extent: visible(tileSet.extent, grid.bbox),
      maxResolution: grid.resolution(0),
      tiles: {
        url: site.wmtsTileUrl('..', tiles, layer.name),
        extent: grid.bbox,
        tileSize: grid.tileSize,
        rowsFrom: 'nw',
        levels: matrixSet.matrices().map((matrix, level) => ({
          name: matrix.identifier,
          resolution: grid.resolution(level),
          origin: grid.srs.northFirst
            ? ([matrix.topLeftCorner[1], matrix.topLeftCorner[0]] as const)
            : matrix.topLeftCorner,
          columns: matrix.matrixSize[0],
          rows: matrix.matrixSize[1],
        })),
      },
    },
    facts: [
      ['Tile matrix set', matrixSet.identifier],
      ['System', grid.srs.code],
      ['Format', tiles.extension ?? 'png'],
    ],
    urls: [
      ['WMTS address for QGIS', capabilities],
      ['Tile address', site.wmtsTileUrl(base, tiles, layer.name)],
    ],
  });
}

function viewerPage(site: Site, { service, layer, config: own, srs, facts, choices, urls }: ViewerPage): Response {
  const { background } = site;
  const config = { ...own, ...(background && { background: shownBelow(background, srs) }) };

  const body = html`<body class="viewer">
<div id="map" role="application" aria-label="Map of ${layer.title}" tabindex="0"></div>
<aside class="panel">
  <p class="panel-top"><a href="./">← All layers</a><span class="tag">${service}</span></p>
  <h1>${layer.title}</h1>
  <p class="name"><code>${layer.name}</code></p>
  ${choices}
  <p class="notice failure" id="failure" role="status" hidden></p>
  <dl class="facts">
    ${facts.map(([term, value]) => html`<dt>${term}</dt><dd>${value}</dd>`)}
    ${config.tiles !== undefined && html`<dt>Level</dt><dd id="level">–</dd>`}
    <dt>Resolution</dt><dd id="resolution">–</dd>
    <dt>Scale</dt><dd id="scale">–</dd>
  </dl>
  ${
    background &&
    html`<p class="background" id="background-choice" hidden><label><input type="checkbox" id="background"> Background map</label> <span id="background-state" role="status"></span></p>`
  }
  ${urls.map(([label, url]) => html`<p class="label">${label}</p>${copyable(url, label)}`)}
  <p class="panel-actions"><button type="button" id="fit" class="button small" hidden>Whole layer</button>
  <a id="last" class="button small" target="_blank" rel="noopener" hidden>Last request</a></p>
  <noscript><p class="notice">The map needs JavaScript. The addresses above work without it.</p></noscript>
</aside>
<div class="readout"><span id="coordinate">Move over the map for coordinates</span><span class="srs">${config.projection.code}</span><span id="requests"></span></div>
<script type="application/json" id="config">${scriptJson(config)}</script>
<script src="static/ol.js"></script>
${config.background?.definition !== undefined && html`<script src="static/proj4.js"></script>\n`}<script src="static/viewer.js"></script>
<script src="static/copy.js"></script>
</body>`;
  const head = html`<link rel="stylesheet" href="static/ol.css">`;
  const { origin } = background ?? {};
  return page(`${layer.title} (${service})`, body, { head, ...(origin !== undefined && { imageOrigins: [origin] }) });
}

/** OpenLayers draws Web Mercator in these without help. */
const KNOWN_PROJECTIONS = ['EPSG:4326', 'CRS:84', 'EPSG:3857', 'EPSG:900913'];

function shownBelow({ url, isOn, attribution }: Background, srs: Srs): ViewerConfig['background'] {
  const definition = KNOWN_PROJECTIONS.includes(srs.code) ? undefined : srs.definition;
  return { url, isOn, attribution, definition };
}

function unknownLayer(service: string): Response {
  return notFoundPage(`There is no such ${service} layer.`);
}

function isAsked(query: Query, grid: string, srs: Srs): boolean {
  const asked = query.get('grid') ?? query.get('srs');
  return asked === undefined || asked === grid || (query.get('grid') === undefined && asked === srs.code);
}

function projectionOf(srs: Srs, extent: Bbox): ViewerConfig['projection'] {
  return { code: srs.code, units: srs.isGeographic ? 'degrees' : 'm', metersPerUnit: srs.metersPerUnit, extent };
}

/** The part of a layer that its grid can show. */
function visible(extent: Bbox, gridBbox: Bbox): Bbox {
  return [
    Math.max(extent[0], gridBbox[0]),
    Math.max(extent[1], gridBbox[1]),
    Math.min(extent[2], gridBbox[2]),
    Math.min(extent[3], gridBbox[3]),
  ];
}

function select(name: string, values: readonly string[], selected: string): Markup {
  return html`<select name="${name}">${values.map(
    (value) =>
      html`<option value="${value}"${value === selected && html` selected`}>${value.replace('image/', '')}</option>`,
  )}</select>`;
}
