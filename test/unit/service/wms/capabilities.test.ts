import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import wms from '../../../../src/service/wms/index.ts';
import { getFrom } from '../../../support/build-service.ts';
import { FULL_METADATA } from '../../../support/fake-services.ts';
import { complaints } from '../../../support/schemas.ts';

const SRS = ['EPSG:4326', 'EPSG:3857', 'EPSG:25832', 'CRS:84', 'EPSG:900913'];
const get = getFrom(wms, { srs: SRS, md: FULL_METADATA });

async function capabilities(version: string, options?: unknown): Promise<string> {
  const from = options === undefined ? get : getFrom(wms, options);
  return (await from(`/service?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=${version}`)).text;
}

/** The part of one layer, without those below it. */
function layerOf(document: string, name: string): string {
  const [, rest = ''] = document.split(`<Name>${name}</Name>`);
  return rest.split(/<\/?Layer>/)[0] ?? '';
}

const VERSIONS = [
  ['1.0.0', 'text/xml; charset=utf-8', 'wms/1.0.0/capabilities_1_0_0.dtd'],
  ['1.1.0', 'application/vnd.ogc.wms_xml', 'wms/1.1.0/capabilities_1_1_0.dtd'],
  ['1.1.1', 'application/vnd.ogc.wms_xml', 'wms/1.1.1/WMS_MS_Capabilities.dtd'],
  ['1.3.0', 'text/xml; charset=utf-8', 'wms/1.3.0/capabilities_1_3_0.xsd'],
] as const;

for (const [version, type, schema] of VERSIONS) {
  describe(`capabilities of ${version}`, () => {
    it('WMS-04: have their type and no blank lines', async () => {
      const answer = await get(`/service?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=${version}`);
      assert.deepEqual([answer.status, answer.type], [200, type]);
      assert.doesNotMatch(answer.text, /\n\s*\n/);
    });

    it('WMS-04: are valid', async (t) => {
      const found = await complaints(t, await capabilities(version), schema);
      if (found !== undefined) assert.equal(found, '');
    });

    it('WMS-04: are valid without md', async (t) => {
      const found = await complaints(t, await capabilities(version, {}), schema);
      if (found !== undefined) assert.equal(found, '');
    });

    it('WMS-05: escape what is configured, reading entities first', async () => {
      const text = await capabilities(version);
      assert.match(text, /<Title>Streets &amp; &lt;houses&gt;<\/Title>/);
      assert.match(text, /<Abstract>All &lt;the&gt; maps &amp; more<\/Abstract>/);
    });

    it('WMS-06: print the URL of the request', async () => {
      const target = `/ows?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=${version}`;
      const { text } = await get(target, { mount: '/maps' });
      assert.match(text, /"http:\/\/maps.example\/maps\/ows\?"/);
    });
  });
}

describe('GetCapabilities', () => {
  it('WMS-02: answers in the highest version when none is asked for', async () => {
    assert.match((await get('/service?SERVICE=WMS&REQUEST=GetCapabilities')).text, /<WMS_Capabilities /);
  });

  it('WMS-02: WMTVER is VERSION', async () => {
    const { text } = await get('/service?SERVICE=WMS&REQUEST=capabilities&WMTVER=1.0.0');
    assert.match(text, /<WMT_MS_Capabilities version="1.0.0">/);
  });

  it('WMS-05: has defaults for what md leaves out', async () => {
    const text = await capabilities('1.3.0', {});
    assert.match(text, /<Title>MapProxy WMS<\/Title>/);
    assert.match(text, /<OnlineResource xlink:href="http:\/\/maps.example\/service\?"\/>/);
    assert.match(text, /<Fees>none<\/Fees>/);
  });

  it('WMS-05: 1.3.0 has keywords with their vocabulary', async () => {
    const text = await capabilities('1.3.0');
    assert.match(text, /<Keyword vocabulary="GEMET">Orthophoto<\/Keyword>/);
    assert.match(text, /<Keyword>Map<\/Keyword>/);
  });

  it('WMS-07: 1.3.0 prints the side of the largest square', async () => {
    assert.match(await capabilities('1.3.0'), /<MaxWidth>4000<\/MaxWidth>\s*<MaxHeight>4000<\/MaxHeight>/);
    assert.match(await capabilities('1.3.0', { max_output_pixels: [3000, 1000] }), /<MaxWidth>1732<\/MaxWidth>/);
  });

  it('WMS-08: lists systems on the root layer', async () => {
    const text = await capabilities('1.1.1');
    assert.deepEqual(
      [...text.matchAll(/<SRS>([^<]*)</g)].map((match) => match[1]),
      SRS,
    );
  });

  for (const version of ['1.0.0', '1.1.0']) {
    it(`WMS-08: ${version} lists systems on every layer in one element`, async () => {
      const text = await capabilities(version);
      const lists = [...text.matchAll(/<SRS>([^<]*)</g)].map((match) => match[1]);
      assert.deepEqual(lists, Array(5).fill(SRS.join(' ')));
    });
  }

  it('WMS-09: prints bboxes of the usual systems and of the caches below', async () => {
    const codes = (layer: string) => [...layer.matchAll(/BoundingBox SRS="([^"]*)"/g)].map((match) => match[1]);
    const text = await capabilities('1.1.1');
    assert.deepEqual(codes(layerOf(text, 'osm')), ['EPSG:3857', 'EPSG:4326', 'EPSG:900913']);
    assert.deepEqual(codes(layerOf(text, 'photo')), ['EPSG:3857', 'EPSG:4326', 'EPSG:900913', 'EPSG:25832']);
  });

  it('WMS-09: a configured bbox is printed for every layer', async () => {
    const bbox_srs = ['EPSG:3857', { srs: 'EPSG:4326', bbox: [1, 2, 3, 4] }];
    const text = await capabilities('1.1.1', { bbox_srs });
    assert.match(layerOf(text, 'photo'), /<BoundingBox SRS="EPSG:4326" minx="1" miny="2" maxx="3" maxy="4" \/>/);
  });

  it('WMS-10: ends a little before the poles', async () => {
    const element = '<LatLonBoundingBox minx="-180" miny="-89.999999" maxx="180" maxy="89.999999" />';
    assert.ok(layerOf(await capabilities('1.1.1'), 'direct').includes(element));
  });

  it('WMS-11: prints resolutions as the diagonal of a pixel, or as scales', async () => {
    const hint = '<ScaleHint min="1.4142135623730951" max="1414.213562373095" />';
    assert.ok(layerOf(await capabilities('1.1.1'), 'photo').includes(hint));
    const scales = layerOf(await capabilities('1.3.0'), 'photo');
    assert.match(scales, /<MinScaleDenominator>3571.42857142857\d+<\/MinScaleDenominator>/);
    assert.match(scales, /<MaxScaleDenominator>3571428.571428572<\/MaxScaleDenominator>/);
  });

  it('WMS-14: lists the ways to answer exceptions', async () => {
    assert.match(await capabilities('1.0.0'), /<INIMAGE\/><BLANK\/><WMS_XML\/>/);
    assert.match(await capabilities('1.1.1'), /se_xml<\/Format>\s*<Format>application\/vnd.ogc.se_inimage</);
    assert.match(await capabilities('1.3.0'), /<Format>XML<\/Format>\s*<Format>INIMAGE<\/Format>\s*<Format>BLANK</);
  });

  it('WMS-15: lists the formats that can be written', async () => {
    const formats = (text: string) => [...text.matchAll(/<Format>(image\/[^<]*)</g)].map((match) => match[1]);
    const all = ['image/png', 'image/jpeg', 'image/gif', 'image/GeoTIFF', 'image/tiff'];
    assert.deepEqual(formats(await capabilities('1.1.1')), all);
    assert.deepEqual(formats(await capabilities('1.1.1', { image_formats: ['image/png', 'png', 'image/x'] })), [
      'image/png',
    ]);
  });

  it('WMS-27: 1.3.0 prints bboxes in the axis order of the CRS', async () => {
    const text = layerOf(await capabilities('1.3.0'), 'photo');
    assert.match(text, /<BoundingBox CRS="EPSG:4326" minx="50" miny="5" maxx="55" maxy="10" \/>/);
    assert.match(text, /<BoundingBox CRS="CRS:84" minx="5" miny="50" maxx="10" maxy="55" \/>/);
  });
});
