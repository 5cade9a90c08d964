import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createMapProxyApp } from '../../../../src/app/mapproxy.ts';
import type { DemoPart, ServiceContext } from '../../../../src/service/contract.ts';
import demo from '../../../../src/service/demo/index.ts';
import { serviceDefinitions } from '../../../../src/service/index.ts';
import { type Get, getThrough } from '../../../support/build-service.ts';
import { FULL_METADATA, fakeContext, fakeTileLayer } from '../../../support/fake-services.ts';

/** The demo in a context with these services, and their options as mapproxy.yaml has them. */
function demoOf(configured: Readonly<Record<string, unknown>>, changes: Partial<ServiceContext> = {}): Get {
  const options = new Map<string, unknown>();
  for (const { type, options: schema } of serviceDefinitions) {
    if (type in configured) options.set(type, schema.parse(configured[type]));
  }
  const context = fakeContext({
    serviceTypes: [...options.keys()],
    optionsOf: (type) => options.get(type),
    ...changes,
  });
  const service = demo.build(demo.options.parse(configured.demo ?? {}), context);
  return getThrough(createMapProxyApp({ services: [service], accessControlAllowOrigin: '*' }));
}

const ALL = { wms: { md: FULL_METADATA }, wmts: {}, tms: {}, demo: {} };
const get = demoOf(ALL);

/** Values that would end a text, an attribute, a script or a comment. */
const ATTACKS = [
  `"><img src=x onerror=alert(1)>`,
  `'-alert(1)-'`,
  '</script><script>alert(1)</script>',
  '--><b>',
  '&lt;b&gt;',
];

describe('overview', () => {
  it('DEMO-01: shows every layer with its viewers', async () => {
    const { status, type, text } = await get('/demo/');
    assert.deepEqual([status, type], [200, 'text/html; charset=utf-8']);
    assert.match(text, /<h1>City maps<\/h1>/);
    for (const title of ['Streets &amp; &lt;houses&gt;', 'Aerial photos', 'Base maps', 'Direct']) {
      assert.ok(text.includes(`<h3>${title}</h3>`), title);
    }
    assert.ok(text.includes('href="?wmts_layer=osm&amp;grid=webmercator"'));
    assert.ok(text.includes('href="?tms_layer=photo&amp;grid=utm32"'));
    assert.ok(text.includes('<input type="hidden" name="wms_layer" value="osm">'));
  });

  it('DEMO-01: marks the systems of the caches', async () => {
    const { text } = await get('/demo/');
    assert.ok(text.includes('<option value="EPSG:900913">EPSG:900913 *</option>'));
    assert.ok(text.includes('<option value="EPSG:4258">EPSG:4258</option>'));
  });

  it('DEMO-01: prints addresses under the public URL', async () => {
    const { text } = await get('/demo/', { mount: '/maps' });
    for (const path of ['/service?', '/wmts/1.0.0/WMTSCapabilities.xml', '/tms/1.0.0/']) {
      assert.ok(text.includes(`<code>http://maps.example/maps${path}</code>`), path);
    }
  });

  it('DEMO-01: shows only services that are configured', async () => {
    const { text } = await demoOf({ tms: {}, demo: {} })('/demo/');
    assert.match(text, /<h3>TMS<\/h3>/);
    assert.doesNotMatch(text, /<h3>WM[ST]/);
    assert.doesNotMatch(text, /wms_layer|wmts_layer|Base maps/);
  });

  it('DEMO-01: shows WMS-C where there are WMS and tiles', async () => {
    assert.match((await get('/demo/')).text, /<h3>WMS-C<\/h3>/);
    assert.doesNotMatch((await demoOf(ALL, { tileLayers: [] })('/demo/')).text, /WMS-C/);
    assert.doesNotMatch((await demoOf({ tms: {}, demo: {} })('/demo/')).text, /WMS-C/);
  });

  it('DEMO-01: shows what services of plugins tell of themselves and of layers, escaped', async () => {
    const part: DemoPart = {
      name: 'Routes <b>',
      purpose: 'From here & there',
      path: '/routes/"x"',
      links: [{ label: 'Try', path: '/routes/try?a=1&b=2' }],
      layerLinks: (layer) => (layer === 'osm' ? [{ label: 'car', path: '/routes/osm/car' }] : []),
    };
    const { text } = await demoOf(ALL, { demoParts: () => [part] })('/demo/');
    assert.match(text, /<h3>Routes &lt;b&gt;<\/h3>\s*<p class="purpose">From here &amp; there<\/p>/);
    assert.ok(text.includes('<code>http://maps.example/routes/%22x%22</code>'));
    assert.ok(text.includes('href="../routes/try?a=1&amp;b=2"'));
    assert.equal(text.split('<a class="chip" href="../routes/osm/car">car</a>').length, 2, 'once, for its layer');
  });

  it('DEMO-01: has no blocks of services that are not there', async () => {
    assert.doesNotMatch((await get('/demo/')).text, /<h3>(?:KML|OGC API)/);
  });

  it('is readable for everybody: language, one heading of the first level, a name for each control', async () => {
    for (const page of ['', '?wms_capabilities', '?wms_layer=osm', '?tms_layer=x']) {
      const { text } = await get(`/demo/${page}`);
      assert.match(text, /<html lang="en">/);
      assert.equal(text.match(/<h1[ >]/g)?.length, 1, page);
      assert.match(text, /<meta name="viewport"/);
      for (const [image] of text.matchAll(/<img [^>]*>/g)) assert.match(image, / alt="/);
    }
  });

  it('DEMO-01: is whole without scripts: no handler, no script in the page', async () => {
    const { text } = await get('/demo/');
    assert.doesNotMatch(text, / on\w+=|<script>|javascript:/);
  });

  for (const path of ['/demo', '/demo/x', '/demo/static']) {
    it(`DEMO-01: ${path} leads to the overview`, async () => {
      const { status, headers } = await get(path, { mount: '/maps' });
      assert.deepEqual([status, headers.Location], [301, 'http://maps.example/maps/demo/']);
    });
  }
});

/** What the map's script is told. */
function configOf(text: string) {
  const [, json = ''] = /<script type="application\/json" id="config">(.*?)<\/script>/s.exec(text) ?? [];
  return JSON.parse(json);
}

describe('viewers', () => {
  it('DEMO-02: WMS', async () => {
    const { status, text } = await get('/demo/?wms_layer=photo&srs=EPSG:4326&format=image/jpeg');
    assert.equal(status, 200);
    const { projection, extent, wms } = configOf(text);
    assert.deepEqual([projection.code, projection.units, extent], ['EPSG:4326', 'degrees', [5, 50, 10, 55]]);
    assert.deepEqual([wms.params.LAYERS, wms.params.FORMAT], ['photo', 'image/jpeg']);
  });

  it('DEMO-02: takes formats without their class', async () => {
    const { text } = await get('/demo/?wms_layer=photo&srs=EPSG:4326&format=jpeg');
    assert.equal(configOf(text).wms.params.FORMAT, 'image/jpeg');
  });

  it('DEMO-02: WMS shows the system of the cache when none is named', async () => {
    assert.equal(configOf((await get('/demo/?wms_layer=osm')).text).projection.code, 'EPSG:900913');
  });

  it('DEMO-02: TMS by SRS, levels counted as the profile does', async () => {
    const { tiles } = configOf((await get('/demo/?tms_layer=osm&format=png&srs=EPSG:4326')).text);
    assert.equal(tiles.url, '../tms/1.0.0/osm/EPSG4326/{z}/{x}/{y}.png');
    assert.equal(tiles.rowsFrom, 'sw');
    assert.deepEqual(tiles.levels[0], { name: '0', resolution: 0.703125, origin: [-180, -90], columns: 2, rows: 1 });
    assert.equal(tiles.levels.length, 19);
  });

  it('DEMO-02: TMS tells the XYZ address of the world in Mercator, of no other grid', async () => {
    const world = await get('/demo/?tms_layer=osm&grid=GLOBAL_MERCATOR');
    assert.ok(world.text.includes('http://maps.example/tiles/osm/EPSG900913/{z}/{x}/{y}.png?origin=nw'));
    const local = await get('/demo/?tms_layer=photo&grid=utm32');
    assert.doesNotMatch(local.text, /XYZ/);
  });

  it('DEMO-02: WMTS by grid, rows from the north', async () => {
    const { tiles, extent } = configOf((await get('/demo/?wmts_layer=photo&grid=utm32')).text);
    assert.equal(tiles.url, '../wmts/photo/utm32/{z}/{x}/{y}.jpeg');
    assert.deepEqual([tiles.rowsFrom, tiles.levels[0].name, tiles.levels[0].origin], ['nw', '00', [200000, 6000000]]);
    assert.deepEqual(extent, [200000, 5000000, 1000000, 6000000]);
  });

  it('DEMO-02: WMTS by KVP where REST is closed', async () => {
    const { tiles } = configOf((await demoOf({ ...ALL, wmts: { kvp: true } })('/demo/?wmts_layer=osm')).text);
    assert.match(
      tiles.url,
      /^\.\.\/service\?SERVICE=WMTS&REQUEST=GetTile&.*&TILEMATRIX=\{z\}&TILECOL=\{x\}&TILEROW=\{y\}$/,
    );
  });

  it('DEMO-02: WMTS by the REST template configured', async () => {
    const restful_template = '/{Layer}/{Style}/{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}.{Format}';
    const { tiles } = configOf((await demoOf({ ...ALL, wmts: { restful_template } })('/demo/?wmts_layer=osm')).text);
    assert.equal(tiles.url, '../wmts/osm/default/GLOBAL_MERCATOR/{z}/{y}/{x}.png');
  });

  for (const target of ['wms_layer=x', 'tms_layer=x', 'wmts_layer=x', 'tms_layer=osm&grid=x', 'tms_layer=base']) {
    it(`DEMO-02: ${target} is 404`, async () => {
      const { status, type } = await get(`/demo/?${target}`);
      assert.deepEqual([status, type], [404, 'text/html; charset=utf-8']);
    });
  }
});

describe('background', () => {
  const backgroundOf = async (own: unknown, global?: string) => {
    const read = demoOf({ ...ALL, demo: own }, { backgroundUrl: global });
    const { text, headers } = await read('/demo/?wms_layer=osm&srs=EPSG:4326');
    const images = /img-src ([^;]*)/.exec(String(headers['Content-Security-Policy']))?.[1];
    return { ...configOf(text).background, images, hasBox: text.includes('id="background"') };
  };
  const OSM = 'https://tile.openstreetmap.org/{z}/{x}/{y}.png';

  it('GLB-46: is OpenStreetMap, once it is wanted, where nothing is configured', async () => {
    const { url, isOn, attribution, images, hasBox } = await backgroundOf({});
    assert.deepEqual([url, isOn, attribution, hasBox], [OSM, false, '© OpenStreetMap contributors', true]);
    assert.equal(images, "'self' data: blob: https://tile.openstreetmap.org");
  });

  const cases = [
    ['globals', {}, 'https://a.example/{z}/{x}/{y}', 'https://a.example/{z}/{x}/{y}', ' https://a.example'],
    [
      'the demo, over globals',
      { background: { url: 'http://b.example:81/{z}' } },
      OSM,
      'http://b.example:81/{z}',
      ' http://b.example:81',
    ],
    [
      'several hosts',
      { background: { url: 'https://{a-c}.c.example/{z}' } },
      undefined,
      'https://{a-c}.c.example/{z}',
      ' https://*.c.example',
    ],
    ['a path of this host', { background: { url: '/tiles/{z}' } }, undefined, '/tiles/{z}', ''],
  ] as const;
  for (const [title, own, global, expected, origin] of cases) {
    it(`GLB-46: by ${title}, is there from the start`, async () => {
      const { url, isOn, images } = await backgroundOf(own, global);
      assert.deepEqual([url, isOn, images], [expected, true, `'self' data: blob:${origin}`]);
    });
  }

  it("GLB-46: '' is none", async () => {
    assert.deepEqual(await backgroundOf({ background: { url: '' } }), { images: "'self' data: blob:", hasBox: false });
  });

  for (const url of ['javascript:alert(1)', 'file:///etc/passwd', '//evil.example/{z}', 'data:image/png,']) {
    it(`SEC-04: ${url} is refused`, () => {
      assert.equal(demo.options.safeParse({ background: { url } }).success, false);
    });
  }

  it('SEC-01: an address cannot add to the policy of the page', async () => {
    const { images } = await backgroundOf({
      background: { url: "https://a.example; script-src *, 'unsafe-inline'/{z}" },
    });
    assert.equal(images, "'self' data: blob: https://a.example");
  });

  it('DEMO-02: what the map does not know by itself is told in the words of PROJ', async () => {
    const utm = await get('/demo/?wmts_layer=photo&grid=utm32');
    assert.match(configOf(utm.text).background.definition, /^\+proj=utm \+zone=32/);
    assert.ok(utm.text.includes('static/proj4.js'));
    const world = await get('/demo/?wmts_layer=osm&grid=webmercator');
    assert.equal(configOf(world.text).background.definition, undefined);
    assert.ok(!world.text.includes('proj4.js'));
  });
});

describe('capabilities', () => {
  const cases = [
    ['wms_capabilities', '&lt;WMS_Capabilities'],
    ['wms_capabilities&version=1.1.1', 'WMT_MS_Capabilities'],
    ['wmsc_capabilities', 'VendorSpecificCapabilities'],
    ['wmts_capabilities', 'ServiceMetadataURL'],
    ['wmts_capabilities_kvp', 'http://maps.example/service?'],
    ['tms_capabilities', 'TileMapService'],
    ['tms_capabilities&layer=osm&srs=EPSG:4326', 'global-geodetic'],
  ] as const;
  for (const [query, part] of cases) {
    it(`DEMO-03: ?${query}`, async () => {
      const { status, text } = await get(`/demo/?${query}`);
      assert.equal(status, 200);
      assert.ok(text.includes(part), text);
    });
  }

  it('SEC-04: are made in this process, whatever the Host header and the type say', async (t) => {
    const fetched = t.mock.method(globalThis, 'fetch', () => assert.fail('fetched'));
    const headers = { Host: '127.0.0.1:1', 'X-Forwarded-Host': '127.0.0.1:1' };
    const { status } = await get('/demo/?wms_capabilities&type=external&url=file:///etc/passwd', { headers });
    assert.deepEqual([status, fetched.mock.callCount()], [200, 0]);
  });

  it('SEC-04: leave the root of a TMS layer by no dots', async () => {
    const { status, text } = await get('/demo/?tms_capabilities&layer=../../demo/static/ol.js');
    assert.equal(status, 404);
    assert.match(text, /TileMapServerError/);
  });

  it('DEMO-03: of a service that is not configured are 404', async () => {
    assert.equal((await demoOf({ tms: {}, demo: {} })('/demo/?wms_capabilities')).status, 404);
  });
});

describe('static files', () => {
  for (const [name, type] of [
    ['style.css', 'text/css; charset=utf-8'],
    ['copy.js', 'text/javascript; charset=utf-8'],
    ['viewer.js', 'text/javascript; charset=utf-8'],
    ['proj4.js', 'text/javascript; charset=utf-8'],
    ['ol.js', 'text/javascript; charset=utf-8'],
    ['ol.css', 'text/css; charset=utf-8'],
    ['icon.svg', 'image/svg+xml'],
  ] as const) {
    it(`DEMO-04: ${name}`, async () => {
      const { status, type: found, text, headers } = await get(`/demo/static/${name}`);
      assert.deepEqual([status, found], [200, type]);
      assert.ok(text.length > 100);
      const again = await get(`/demo/static/${name}`, { headers: { 'If-None-Match': String(headers.ETag) } });
      assert.equal(again.status, 304);
    });
  }

  const traversals = [
    '../index.ts',
    '../../../package.json',
    '..%2f..%2fpackage.json',
    '%2e%2e/package.json',
    '%252e%252e/package.json',
    '..\\..\\package.json',
    'style.css\u0000',
    'style.css/../style.css',
    './style.css',
    '/etc/passwd',
    'file:///etc/passwd',
    'static/style-sheet.ts',
    '__proto__',
    'constructor',
    '',
  ];
  for (const name of traversals) {
    it(`SEC-02: ${JSON.stringify(name)} is 404`, async () => {
      assert.equal((await get(`/demo/static/${name}`)).status, 404);
    });
  }
});

describe('escaping', () => {
  const pages = [
    ['wms_layer', 'wms_layer=@'],
    ['srs of WMS', 'wms_layer=osm&srs=@'],
    ['format of WMS', 'wms_layer=osm&format=@'],
    ['tms_layer', 'tms_layer=@'],
    ['srs of TMS', 'tms_layer=osm&srs=@'],
    ['wmts_layer', 'wmts_layer=@'],
    ['grid of WMTS', 'wmts_layer=osm&grid=@'],
    ['format of TMS', 'tms_layer=osm&format=@'],
    ['srs of WMTS', 'wmts_layer=osm&srs=@'],
    ['format of WMTS', 'wmts_layer=osm&format=@'],
    ['type', 'wms_capabilities&type=@'],
    ['type of WMS-C', 'wmsc_capabilities&type=@'],
    ['version', 'wms_capabilities&version=@'],
    ['layer of TMS', 'tms_capabilities&layer=@'],
    ['srs of TMS capabilities', 'tms_capabilities&layer=osm&srs=@'],
    ['any other', 'x=@'],
  ] as const;
  for (const [title, query] of pages) {
    it(`SEC-01, DEMO-06: ${title}`, async () => {
      for (const attack of ATTACKS) {
        const { text } = await get(`/demo/?${query.replace('@', encodeURIComponent(attack))}`);
        assert.ok(!text.includes(attack), attack);
        assert.doesNotMatch(text, /<img src=x|<script>/);
      }
    });
  }

  it('SEC-01: names of layers cannot end the script that holds them', async () => {
    const [first] = fakeContext().tileLayers;
    const layer = fakeTileLayer('</script><script>alert(1)</script>', first?.tileSets ?? [], { title: '<b>' });
    const tileLayers = [layer];
    const options = serviceDefinitions.find(({ type }) => type === 'tms')?.options.parse({});
    const context = fakeContext({ tileLayers, serviceTypes: ['tms'], optionsOf: () => options });
    const application = createMapProxyApp({ services: [demo.build({}, context)], accessControlAllowOrigin: undefined });
    const { status, text } = await getThrough(application)(`/demo/?tms_layer=${encodeURIComponent(layer.name)}`);
    assert.equal(status, 200);
    assert.ok(!text.includes('<script>'));
    assert.equal(configOf(text).tiles.url.startsWith('../tms/1.0.0/%3C%2Fscript%3E'), true);
  });

  for (const page of ['', '?wms_layer=osm', '?wms_capabilities', '?tms_layer=x']) {
    it(`SEC-01: /demo/${page} forbids scripts in the page and requests elsewhere`, async () => {
      const policy = String((await get(`/demo/${page}`)).headers['Content-Security-Policy']);
      assert.match(policy, /default-src 'none'; script-src 'self';/);
      const elsewhere = policy.replace(/(img-src [^;]*) https:\/\/tile\.openstreetmap\.org;/, '$1;');
      assert.doesNotMatch(elsewhere, /script-src[^;]*unsafe|https?:/);
    });
  }
});
