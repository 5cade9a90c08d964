/**
 * The map of the viewer pages, on OpenLayers' global build. Reads the page's JSON (viewer.ts, ViewerConfig). The server
 * has done all transformations: the map knows one projection, as a name with units and an extent.
 */
export const VIEWER_SCRIPT = `'use strict';
const config = JSON.parse(document.getElementById('config').textContent);
const show = (id, text) => { document.getElementById(id).textContent = text; };

const projection = new ol.proj.Projection({
  code: config.projection.code,
  units: config.projection.units,
  metersPerUnit: config.projection.metersPerUnit,
  extent: config.projection.extent,
  axisOrientation: 'enu',
});

// Room around the layer, for a background map to be seen there.
if (config.background) {
  const [west, south, east, north] = config.projection.extent;
  const wider = ol.extent.buffer(config.projection.extent, Math.max(east - west, north - south));
  const isDegrees = config.projection.units === 'degrees';
  projection.setExtent(isDegrees ? ol.extent.getIntersection(wider, [-180, -90, 180, 90]) : wider);
}

const absolute = (url) => new URL(url, location.href).href;

function tileSource() {
  const { levels, tileSize, extent, rowsFrom } = config.tiles;
  const isTop = rowsFrom === 'nw';
  const tileGrid = new ol.tilegrid.TileGrid({
    extent,
    tileSize,
    resolutions: levels.map((level) => level.resolution),
    origins: levels.map((level) => level.origin),
  });
  return new ol.source.TileImage({
    projection,
    tileGrid,
    wrapX: false,
    tileUrlFunction([z, x, y]) {
      const { columns, rows, name } = levels[z];
      // OpenLayers counts rows down from the origin; from a lower left origin they are negative.
      const row = isTop ? y : -y - 1;
      if (x < 0 || row < 0 || x >= columns || row >= rows) return undefined;
      return config.tiles.url.replace('{z}', name).replace('{x}', x).replace('{y}', row);
    },
  });
}

function mapSource() {
  return new ol.source.ImageWMS({ url: config.wms.url, params: config.wms.params, projection, ratio: 1 });
}

const source = config.tiles ? tileSource() : mapSource();
const layer = config.tiles ? new ol.layer.Tile({ source }) : new ol.layer.Image({ source, extent: config.extent });

// Below the layer, where it is wanted; tiles of the world are drawn in the projection of the map.
function backgroundLayer({ url, isOn, attribution, definition }) {
  if (definition) {
    proj4.defs(config.projection.code, definition);
    ol.proj.proj4.register(proj4);
  }
  const source = new ol.source.XYZ({ url: url.startsWith('/') ? location.origin + url : url, attributions: attribution, maxZoom: 19 });
  const box = document.getElementById('background');
  const background = new ol.layer.Tile({ source, className: 'background-map', visible: false });
  const showBackground = (on) => {
    box.checked = on;
    background.setVisible(on);
    show('background-state', '');
  };
  let loaded = 0;
  source.on('tileloadend', () => { loaded += 1; });
  // Where it cannot be reached, asking for tile after tile is in vain.
  source.on('tileloaderror', () => {
    if (loaded > 0) return;
    showBackground(false);
    show('background-state', 'cannot be reached');
  });
  box.addEventListener('change', () => showBackground(box.checked));
  document.getElementById('background-choice').hidden = false;
  showBackground(isOn && navigator.onLine);
  return background;
}

// Drawn by the style sheet: the usual sign is in few fonts.
function fullScreenLabel() {
  const label = document.createElement('span');
  label.className = 'full-screen';
  return label;
}

const resolutions = config.tiles ? config.tiles.levels.map((level) => level.resolution) : undefined;
const view = new ol.View({
  projection,
  center: ol.extent.getCenter(config.extent),
  ...(resolutions ? { resolutions, constrainResolution: true } : { maxResolution: config.maxResolution, maxZoom: 22 }),
  showFullExtent: true,
});
const map = new ol.Map({
  target: 'map',
  layers: config.background ? [backgroundLayer(config.background), layer] : [layer],
  view,
  controls: ol.control.defaults.defaults({ rotate: false }).extend([
    new ol.control.ScaleLine({ units: 'metric' }),
    new ol.control.FullScreen({ label: fullScreenLabel(), labelActive: fullScreenLabel() }),
  ]),
});

// Beside the panel where there is room, else below it; above the readout.
function fit(options) {
  const { right, bottom } = document.querySelector('.panel').getBoundingClientRect();
  const padding = innerWidth > 900 ? [24, 64, 64, right + 24] : [bottom + 12, 12, 64, 12];
  view.fit(config.extent, { padding, ...options });
}
fit();

// What is asked of the server: how many answers came, and where the last one is from.
const counts = { loaded: 0, failed: 0 };
function count(kind, url) {
  counts[kind] += 1;
  if (kind === 'loaded') document.getElementById('failure').hidden = true;
  document.body.dataset[kind] = String(counts[kind]);
  const noun = config.tiles ? 'tile' : 'map';
  show('requests', counts.loaded + ' ' + noun + (counts.loaded === 1 ? '' : 's') + ' loaded' +
    (counts.failed ? ', ' + counts.failed + ' failed' : ''));
  if (url) {
    const link = document.getElementById('last');
    link.href = absolute(url);
    link.hidden = false;
  }
}
if (config.tiles) {
  source.on('tileloadend', (event) => count('loaded', event.tile.getKey()));
  source.on('tileloaderror', (event) => fail(event.tile.getKey()));
} else {
  source.on('imageloadend', () => count('loaded', mapUrl()));
  source.on('imageloaderror', () => fail(mapUrl()));
}

// An image that failed says nothing: ask again for what the server has to say, and show that until the next success.
async function fail(url) {
  count('failed', url);
  const answer = await fetch(url);
  const text = await answer.text();
  const report = new DOMParser().parseFromString(text, 'text/xml');
  const message = report.querySelector('ServiceException, ExceptionText, Message');
  const failure = document.getElementById('failure');
  failure.textContent = message ? message.textContent.trim() : 'The server answered with status ' + answer.status + '.';
  failure.hidden = answer.ok;
}

function mapUrl() {
  const [width, height] = map.getSize();
  const bbox = view.calculateExtent([width, height]).join(',');
  const params = { SERVICE: 'WMS', REQUEST: 'GetMap', ...config.wms.params, SRS: config.projection.code, BBOX: bbox,
    WIDTH: width, HEIGHT: height };
  return config.wms.url + new URLSearchParams(params);
}

const isDegrees = config.projection.units === 'degrees';
const number = (value, digits) => value.toLocaleString('en', { maximumFractionDigits: digits, useGrouping: false });

function showLevel() {
  const resolution = view.getResolution();
  if (!resolution) return;
  const scale = Math.round(resolution * config.projection.metersPerUnit / 0.00028);
  if (resolutions) show('level', config.tiles.levels[resolutions.indexOf(nearest(resolution))].name);
  show('resolution', Number(resolution.toPrecision(7)) + (isDegrees ? '°' : ' m') + ' / px');
  show('scale', '1 : ' + scale.toLocaleString('en'));
}
function nearest(resolution) {
  const distance = (one) => Math.abs(Math.log(one / resolution));
  return resolutions.reduce((best, one) => (distance(one) < distance(best) ? one : best));
}
view.on('change:resolution', showLevel);
showLevel();

map.on('pointermove', ({ coordinate: [x, y] }) => {
  const digits = isDegrees ? 6 : 2;
  show('coordinate', number(x, digits) + ', ' + number(y, digits));
});
document.getElementById('fit').addEventListener('click', () => fit({ duration: 250 }));
document.getElementById('fit').hidden = false;
map.once('rendercomplete', () => { document.body.dataset.ready = 'true'; });
`;
