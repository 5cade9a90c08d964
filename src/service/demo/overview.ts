import type { Request } from '../../http/request.ts';
import type { Response } from '../../http/response.ts';
import { html, type Markup } from '../../http/xml.ts';
import { PRODUCT, VERSION } from '../../version.ts';
import type { DemoPart } from '../contract.ts';
import { isNative, mapFormats, mapSrs } from './choices.ts';
import { banner, copyable, footer, page } from './page.ts';
import type { Site, SiteLayer } from './site.ts';
import { THUMBNAIL_SIZE, thumbnailUrl } from './thumbnail.ts';

/** `/demo/`: every service with its address, every layer with its viewers (row DEMO-01). Whole without scripts. */
export function overview(site: Site, request: Request): Response {
  const { base } = request.publicUrl;
  const layers = [...site.layers.values()];
  const title = site.metadata.title ?? `${PRODUCT} ${VERSION}`;
  const body = html`<body>
${banner(title, site.metadata.abstract ?? base, counts(layers))}
<main class="content">
<section aria-labelledby="services">
  <h2 id="services">Services</h2>
  <div class="services">${services(site, base)}</div>
</section>
<section aria-labelledby="layers">
  <h2 id="layers">Layers</h2>
  ${layers.length === 0 && html`<p class="notice">No layer is configured.</p>`}
  <div class="layers">${layers.map((layer) => layerCard(site, layer))}</div>
</section>
</main>
${footer()}
<script src="static/copy.js"></script>
</body>`;
  return page(title, body);
}

function counts(layers: readonly SiteLayer[]): Markup {
  return html`<span class="count"><strong>${layers.length}</strong> ${layers.length === 1 ? 'layer' : 'layers'}</span>`;
}

function services(site: Site, base: string): Markup[] {
  const cards: Markup[] = [];
  if (site.wms !== undefined) {
    const versions = site.wms.settings.versions.join(', ');
    cards.push(
      serviceCard('WMS', `Maps of any size and system, versions ${versions}`, `${base}/service?`, [
        ['View capabilities', '?wms_capabilities'],
        ['1.3.0', '../service?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=1.3.0'],
        ['1.1.1', '../service?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=1.1.1'],
      ]),
    );
  }
  if (site.wms !== undefined && site.hasTiles) {
    const query = 'SERVICE=WMS&REQUEST=GetCapabilities&VERSION=1.1.1&TILED=true';
    cards.push(
      serviceCard('WMS-C', 'Maps that are exactly tiles: TILED=true', `${base}/service?TILED=true&`, [
        ['View capabilities', '?wmsc_capabilities'],
        ['XML', `../service?${query}`],
      ]),
    );
  }
  if (site.wmts?.rest !== undefined) {
    cards.push(
      serviceCard('WMTS', 'Tiles by REST addresses', `${base}/wmts/1.0.0/WMTSCapabilities.xml`, [
        ['View capabilities', '?wmts_capabilities'],
        ['XML', '../wmts/1.0.0/WMTSCapabilities.xml'],
      ]),
    );
  }
  if (site.wmts?.kvp !== undefined) {
    const query = 'SERVICE=WMTS&REQUEST=GetCapabilities';
    cards.push(
      serviceCard('WMTS KVP', 'Tiles by request parameters', `${base}/service?${query}`, [
        ['View capabilities', '?wmts_capabilities_kvp'],
        ['XML', `../service?${query}`],
      ]),
    );
  }
  if (site.tms !== undefined) {
    cards.push(
      serviceCard('TMS', 'Tiles counted from the south', `${base}/tms/1.0.0/`, [
        ['View capabilities', '?tms_capabilities'],
        ['XML', '../tms/1.0.0/'],
      ]),
    );
  }
  return [...cards, ...site.parts.map((part) => partCard(part, base))];
}

/** Of a service that tells of itself. */
function partCard({ name, purpose, path, links }: DemoPart, base: string): Markup {
  return serviceCard(
    name,
    purpose,
    base + encodeURI(path),
    links.map((link) => [link.label, `..${encodeURI(link.path)}`]),
  );
}

function serviceCard(
  name: string,
  purpose: string,
  url: string,
  links: readonly (readonly [string, string])[],
): Markup {
  const [first, ...rest] = links;
  return html`<article class="card service">
  <h3>${name}</h3>
  <p class="purpose">${purpose}</p>
  ${copyable(url, `address of ${name}`)}
  <p class="links">${first && html`<a class="button small" href="${first[1]}">${first[0]}</a>`}
  ${rest.map(([label, href]) => html` <a href="${href}">${label}</a>`)}</p>
</article>`;
}

function layerCard(site: Site, layer: SiteLayer): Markup {
  const picture = thumbnailUrl(site, layer);
  const [width, height] = THUMBNAIL_SIZE;
  return html`<article class="card layer" id="layer-${layer.name}">
  <div class="picture">${
    picture !== undefined && html`<img src="${picture}" width="${width}" height="${height}" alt="" loading="lazy">`
  }</div>
  <div class="layer-text">
    <div class="about">
      <h3>${layer.title}</h3>
      <p class="name"><code>${layer.name}</code></p>
      ${layer.abstract !== '' && html`<p class="abstract">${layer.abstract}</p>`}
    </div>
    ${wmsRow(site, layer)}
    ${tileRow(
      'WMTS',
      layer.wmtsTiles.map(({ tileSet, matrixSet }) => [matrixSet.identifier, tileSet.grid.srs.code] as const),
      (grid) => viewerLink('wmts_layer', layer.name, { grid }),
    )}
    ${tileRow(
      'TMS',
      layer.tileMaps.map(({ tileSet }) => [tileSet.grid.name, tileSet.grid.srs.code] as const),
      (grid) => viewerLink('tms_layer', layer.name, { grid }),
    )}
    ${site.parts.map((part) => partRow(part, layer))}
  </div>
</article>`;
}

/** A form, so that any of the systems can be chosen without a script. Native ones have a star (row DEMO-01). */
function wmsRow(site: Site, layer: SiteLayer): Markup | undefined {
  const { map } = layer;
  if (site.wms === undefined || map === undefined) return undefined;
  const { settings } = site.wms;
  return html`<form class="way" method="get" action="./">
  <span class="tag">WMS</span>
  <input type="hidden" name="wms_layer" value="${layer.name}">
  <select name="srs" aria-label="Coordinate system">${mapSrs(map, settings).map(
    (srs) => html`<option value="${srs.code}">${srs.code}${isNative(map, srs) && ' *'}</option>`,
  )}</select>
  ${mapFormats(settings).map(
    (format) =>
      html`<button type="submit" class="chip" name="format" value="${format}">${format.replace('image/', '')}</button>`,
  )}
</form>`;
}

function partRow(part: DemoPart, layer: SiteLayer): Markup | undefined {
  const links = part.layerLinks?.(layer.name) ?? [];
  if (links.length === 0) return undefined;
  return html`<p class="way"><span class="tag">${part.name}</span>${links.map(
    ({ label, path }) => html`<a class="chip" href="..${encodeURI(path)}">${label}</a>`,
  )}</p>`;
}

function tileRow(
  name: string,
  grids: readonly (readonly [grid: string, srs: string])[],
  link: (grid: string) => string,
): Markup | undefined {
  if (grids.length === 0) return undefined;
  return html`<p class="way"><span class="tag">${name}</span>${grids.map(
    ([grid, srs]) => html`<a class="chip" href="${link(grid)}" title="${srs}">${grid}</a>`,
  )}</p>`;
}

function viewerLink(kind: string, name: string, parameters: Readonly<Record<string, string>>): string {
  return `?${new URLSearchParams({ [kind]: name, ...parameters })}`;
}
