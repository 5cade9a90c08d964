import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { SourceError } from '../../../src/http/errors.ts';
import { configureLogging } from '../../../src/log.ts';
import type { MapSource, SourceDefinition, SourceQuery } from '../../../src/source/contract.ts';
import { srsOfUri } from '../../../src/source/ogcapi/crs.ts';
import { findLink } from '../../../src/source/ogcapi/links.ts';
import ogcapimaps from '../../../src/source/ogcapimaps/index.ts';
import ogcapitiles from '../../../src/source/ogcapitiles/index.ts';
import { tileMatrixSetSchema, tileOf } from '../../../src/source/ogcapitiles/tile-matrix-set.ts';
import type { CommonSourceOptions } from '../../../src/source/options.ts';
import { srsByCode } from '../../../src/srs/srs.ts';
import type { UpstreamAnswer } from '../../support/map-server.ts';
import { lastQuery, mercator, sourceContext, startUpstream } from './build.ts';

configureLogging({ level: 'silent' });

const signal = new AbortController().signal;
const OGC = 'http://www.opengis.net/def';

const HALF = 20037508.342789244;
const WEB_MERCATOR_QUAD = {
  id: 'WebMercatorQuad',
  crs: `${OGC}/crs/EPSG/0/3857`,
  orderedAxes: ['E', 'N'],
  tileMatrices: [0, 1, 2, 3].map((level) => ({
    id: `L${level}`,
    cellSize: (2 * HALF) / 256 / 2 ** level,
    scaleDenominator: 559082264.0287178 / 2 ** level,
    cornerOfOrigin: 'topLeft',
    pointOfOrigin: [-HALF, HALF],
    tileWidth: 256,
    tileHeight: 256,
    matrixWidth: 2 ** level,
    matrixHeight: 2 ** level,
  })),
};

const TILESET_LINKS = [
  { rel: 'self', type: 'application/json', href: '/ogc/tilesets/quad' },
  { rel: `${OGC}/rel/ogc/1.0/tiling-scheme`, type: 'application/json', href: '/ogc/schemes/quad' },
];

/** An OGC API, as its documents by path. */
const DOCUMENTS: Readonly<Record<string, unknown>> = {
  '/ogc': { links: [{ rel: '[ogc-rel:tilesets-map]', type: 'application/json', href: 'ogc/tilesets' }] },
  '/ogc/tilesets': {
    tilesets: [
      { dataType: 'vector', crs: `${OGC}/crs/EPSG/0/3857`, links: [] },
      { dataType: 'map', crs: `${OGC}/crs/OGC/1.3/CRS84`, links: [] },
      { dataType: 'map', crs: `${OGC}/crs/EPSG/0/3857`, links: TILESET_LINKS },
    ],
  },
  '/ogc/schemes/quad': WEB_MERCATOR_QUAD,
  '/ogc/tilesets/quad': {
    links: [{ rel: 'item', type: 'image/png', href: 'quad/{tileMatrix}/{tileRow}/{tileCol}?f=png' }],
  },
};

type Documents = Readonly<Record<string, unknown>>;

async function start<Options extends CommonSourceOptions>(
  test: TestContext,
  definition: SourceDefinition<Options>,
  documents: Documents,
  options: object = {},
) {
  const { server, pool } = await startUpstream(test, ({ url }): UpstreamAnswer => {
    const path = url.split('?')[0] ?? '';
    const document = documents[path];
    if (document === undefined) return { headers: { 'Content-Type': 'image/png' }, body: 'picture' };
    if (document === 503) return { status: 503 };
    return { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(document) };
  });
  const own = definition.options.parse({
    type: definition.type,
    landingpage_url: `${server.url}/ogc/`,
    ...options,
  });
  const source = definition.build(own, sourceContext(pool));
  assert.ok(source.kind === 'map');
  return { server, source: source satisfies MapSource };
}

const TILE: SourceQuery = {
  bbox: mercator.tileBbox([1, 2, 2]),
  size: [256, 256],
  srs: srsByCode('EPSG:3857'),
  format: 'image/png',
  signal,
};

describe('OGC API tiles as a source', () => {
  it('SRC-64: finds the tiles by way of the links, and asks for them by their names', async (test) => {
    const { server, source } = await start(test, ogcapitiles, DOCUMENTS);
    const image = await source.getMap(TILE);
    assert.equal(image?.body?.toString(), 'picture');
    assert.deepEqual(server.urls, [
      '/ogc',
      '/ogc/tilesets',
      '/ogc/schemes/quad',
      '/ogc/tilesets/quad',
      '/ogc/tilesets/quad/L2/1/1?f=png',
    ]);
    assert.equal(server.requests[0]?.headers.accept, 'application/json');
  });

  it('SRC-64: documents are read once, and by one', async (test) => {
    const { server, source } = await start(test, ogcapitiles, DOCUMENTS);
    await Promise.all([source.getMap(TILE), source.getMap(TILE)]);
    await source.getMap(TILE);
    assert.equal(server.urls.length, 4 + 3);
  });

  it('SRC-64: and again where that failed', async (test) => {
    const documents: Record<string, unknown> = { ...DOCUMENTS, '/ogc/tilesets': 503 };
    const { source } = await start(test, ogcapitiles, documents);
    await assert.rejects(source.getMap(TILE), SourceError);
    documents['/ogc/tilesets'] = DOCUMENTS['/ogc/tilesets'];
    assert.equal((await source.getMap(TILE))?.body?.toString(), 'picture');
  });

  it('SRC-64: a collection', async (test) => {
    const documents = { ...DOCUMENTS, '/ogc/collections/a%20b': DOCUMENTS['/ogc'] };
    const { server, source } = await start(test, ogcapitiles, documents, { collection: 'a b' });
    await source.getMap(TILE).catch(() => {});
    assert.equal(server.urls[0], '/ogc/collections/a%20b');
  });

  it('SRC-64: a tile matrix set by its name', async (test) => {
    const { source } = await start(test, ogcapitiles, DOCUMENTS, { tile_matrix_set_id: 'other' });
    await assert.rejects(source.getMap(TILE), /Cannot find a valid tile matrix set for EPSG:3857/);
  });

  it('SRC-64: it takes no more than single tiles', async (test) => {
    const { source } = await start(test, ogcapitiles, DOCUMENTS);
    assert.equal(source.singleTiles, true);
    await assert.rejects(source.getMap({ ...TILE, bbox: [0, 0, 1000, 1000] }), /BBOX does not align to tile/);
  });

  it('links that lead to another server are not followed', async (test) => {
    const links = [{ rel: 'http://www.opengis.net/def/rel/ogc/1.0/tilesets-map', href: 'http://127.0.0.2:1/x' }];
    const { server, source } = await start(test, ogcapitiles, { '/ogc': { links } });
    await assert.rejects(source.getMap(TILE), /leads elsewhere$/);
    assert.deepEqual(server.urls, ['/ogc']);
  });

  it('what is no such API is an error that does not name the address', async (test) => {
    const { source } = await start(test, ogcapitiles, {});
    await assert.rejects(source.getMap(TILE), /^SourceError: the OGC API of the source cannot be read$/);
  });
});

describe('tile matrix sets', () => {
  const set = tileMatrixSetSchema.parse(WEB_MERCATOR_QUAD);
  const srs = srsByCode('EPSG:3857');

  it('rows count from the corner of origin', () => {
    const fromBelow = tileMatrixSetSchema.parse({
      ...WEB_MERCATOR_QUAD,
      tileMatrices: WEB_MERCATOR_QUAD.tileMatrices.map((matrix) => ({
        ...matrix,
        cornerOfOrigin: 'bottomLeft',
        pointOfOrigin: [-HALF, -HALF],
      })),
    });
    const bbox = mercator.tileBbox([1, 3, 2]);
    assert.deepEqual(tileOf(set, srs, bbox, [256, 256]), { matrix: 'L2', row: 0, column: 1 });
    assert.deepEqual(tileOf(fromBelow, srs, bbox, [256, 256]), { matrix: 'L2', row: 3, column: 1 });
  });

  it('outside of the matrix there is nothing', () => {
    const bbox = mercator.tileBbox([4, 0, 2]);
    assert.equal(tileOf(set, srs, bbox, [256, 256]), 'outside');
  });

  for (const [what, bbox, size] of [
    ['another resolution', [0, 0, 1000, 1000], [256, 256]],
    ['half a tile away', [HALF / 4, 0, HALF * 0.75, HALF / 2], [256, 256]],
    ['another size', [0, 0, HALF / 2, HALF / 2], [512, 512]],
  ] as const) {
    it(`SRC-64: ${what} does not fit`, () => {
      assert.equal(tileOf(set, srs, bbox, size), 'unaligned');
    });
  }

  it('the point of origin is written in the order of the axes', () => {
    const matrix = { ...WEB_MERCATOR_QUAD.tileMatrices[0], cellSize: 0.703125, matrixWidth: 2 };
    const parse = (more: object) => tileMatrixSetSchema.parse({ tileMatrices: [{ ...matrix, ...more }] });
    const degrees = srsByCode('EPSG:4326');
    const expected = { matrix: 'L0', row: 0, column: 1 };
    assert.deepEqual(tileOf(parse({ pointOfOrigin: [90, -180] }), degrees, [0, -90, 180, 90], [256, 256]), expected);
    const crs84 = srsByCode('CRS:84');
    assert.deepEqual(tileOf(parse({ pointOfOrigin: [-180, 90] }), crs84, [0, -90, 180, 90], [256, 256]), expected);
  });
});

describe('words of OGC APIs', () => {
  const NAMES: readonly [uri: string, code: string | undefined][] = [
    [`${OGC}/crs/EPSG/0/3857`, 'EPSG:3857'],
    [`${OGC}/crs/EPSG/9.9.1/25832`, 'EPSG:25832'],
    [`${OGC}/crs/OGC/1.3/CRS84`, 'CRS:84'],
    ['urn:ogc:def:crs:EPSG::4326', 'EPSG:4326'],
    ['urn:ogc:def:crs:OGC:1.3:CRS84', 'CRS:84'],
    ['[EPSG:4326]', 'EPSG:4326'],
    ['[OGC:CRS84]', 'CRS:84'],
    [`${OGC}/crs/OGC/0/CRS84h`, undefined],
    ['whatever', undefined],
  ];
  for (const [uri, code] of NAMES) {
    it(`SRC-65: ${uri} is ${code}`, () => {
      assert.equal(srsOfUri(uri)?.code, code);
    });
  }

  it('SRC-64: the link of the wanted type, else one that does not say its type', () => {
    const links = [
      { rel: 'item', href: 'a', type: 'text/html' },
      { rel: 'item', href: 'b' },
      { rel: 'item', href: 'c', type: 'image/png; x=y' },
    ];
    assert.equal(findLink(links, 'item', 'image/png')?.href, 'c');
    assert.equal(findLink(links, 'item', 'application/json')?.href, 'b');
    assert.equal(findLink(links.slice(0, 1), 'item', 'application/json'), undefined);
  });
});

const MAP_LINKS = [
  { rel: `${OGC}/rel/ogc/1.0/map`, type: 'image/png', href: 'http://SERVER/ogc/map?f=png' },
  { rel: `${OGC}/rel/ogc/1.0/map`, type: 'image/jpeg', href: '/ogc/map?f=jpeg' },
];

describe('OGC API maps as a source', () => {
  const crs = [`${OGC}/crs/OGC/1.3/CRS84`, `${OGC}/crs/EPSG/0/3857`, `${OGC}/crs/EPSG/0/31467`];
  const links = MAP_LINKS.map((link) => ({ ...link, href: link.href.replace('http://SERVER', '') }));
  const documents = { '/ogc': { links, crs } };

  it('SRC-65: a map in degrees needs no CRS where there is no other', async (test) => {
    const { server, source } = await start(test, ogcapimaps, { '/ogc': { links } });
    await source.getMap({ ...TILE, bbox: [8, 50, 9, 51], srs: srsByCode('EPSG:4326'), size: [100, 80] });
    assert.equal(server.urls.at(-1), '/ogc/map?f=png&bbox=8,50,9,51&width=100&height=80');
  });

  it('SRC-65: another CRS goes by its name, with its own order of axes', async (test) => {
    const { server, source } = await start(test, ogcapimaps, documents);
    await source.getMap({ ...TILE, bbox: [3400000, 5500000, 3401000, 5501000], srs: srsByCode('EPSG:31467') });
    const { BBOX, CRS, 'BBOX-CRS': bboxCrs } = lastQuery(server);
    assert.deepEqual([BBOX, CRS, bboxCrs], ['5500000,3400000,5501000,3401000', crs[2], crs[2]]);
  });

  it('SRC-65: in a format that there is, transparent, on a colour', async (test) => {
    const options = { transparent: true, image: { transparent_color: '#ff8000' } };
    const { server, source } = await start(test, ogcapimaps, documents, options);
    await assert.rejects(source.getMap({ ...TILE, format: 'image/jpeg' }), SourceError);
    const { F, TRANSPARENT, BGCOLOR } = lastQuery(server);
    assert.deepEqual([F, TRANSPARENT, BGCOLOR], ['jpeg', 'true', '0xFF8000']);
  });

  it('SRC-65: supported_srs of the configuration wins over the collection', async (test) => {
    const { server, source } = await start(test, ogcapimaps, documents, { supported_srs: ['EPSG:3857'] });
    await assert.rejects(
      source.getMap({ ...TILE, bbox: [8, 50, 9, 51], srs: srsByCode('EPSG:4326') }),
      /cannot be read/,
    );
    assert.equal(lastQuery(server).CRS, crs[1]);
  });

  it('SRC-65: no maps is an error', async (test) => {
    const { source } = await start(test, ogcapimaps, { '/ogc': { links: [] } });
    await assert.rejects(source.getMap(TILE), /has no maps$/);
  });
});
