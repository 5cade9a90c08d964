import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LayerMetadata, MapLayer } from '../../../../src/layer/contract.ts';
import wms from '../../../../src/service/wms/index.ts';
import { getFrom } from '../../../support/build-service.ts';
import { changedLayers, FakeInfoSource, FakeLegendSource } from '../../../support/fake-info.ts';
import { solidPng } from '../../../support/map-server.ts';
import { complaints } from '../../../support/schemas.ts';

const METADATA: LayerMetadata = {
  keywordLists: [{ vocabulary: 'GEMET', keywords: ['Roads & ways'] }, { keywords: ['Paths'] }],
  attribution: {
    title: 'City & Co',
    url: 'http://city.example/?a&b',
    logo: { url: 'http://city.example/logo.jpg', format: 'image/jpeg', width: 100, height: 50 },
  },
  identifiers: [{ name: 'HKU1234', url: 'http://authority.example/', value: 'ORG & 1' }],
  metadataUrls: [
    { url: 'http://city.example/iso.xml', format: 'application/xml', type: 'ISO19115:2003' },
    { url: 'http://city.example/other.xml', format: 'text/xml', type: 'other' },
  ],
  dataUrls: [{ url: 'http://city.example/data?a&b', format: 'application/zip', type: undefined }],
  featureLists: [{ url: 'http://city.example/features', format: 'application/xml', type: undefined }],
};

async function capabilities(version: string): Promise<string> {
  const osm: Partial<MapLayer> = {
    metadata: METADATA,
    dimensions: [
      { name: 'time', values: ['2020', '2021'], default: '2021' },
      { name: 'dim_level', values: ['1', '<2>'], default: '1' },
    ],
    infoSources: [new FakeInfoSource('text/plain')],
    legendSources: [new FakeLegendSource({ body: await solidPng(3, 4, [0, 0, 0]), contentType: 'image/png' })],
    resolutionRange: { coarsest: 100, finest: 10 },
  };
  const get = getFrom(wms, {}, { mapLayers: changedLayers({ osm }) });
  return (await get(`/service?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=${version}`)).text;
}

const SCHEMAS = [
  ['1.0.0', 'wms/1.0.0/capabilities_1_0_0.dtd'],
  ['1.1.0', 'wms/1.1.0/capabilities_1_1_0.dtd'],
  ['1.1.1', 'wms/1.1.1/WMS_MS_Capabilities.dtd'],
  ['1.3.0', 'sld/1.1.0/sld_capabilities.xsd'],
] as const;

describe('layers with all that can be told of them', () => {
  for (const [version, schema] of SCHEMAS) {
    it(`WMS-04: are valid in ${version}`, async (t) => {
      const found = await complaints(t, await capabilities(version), schema);
      if (found !== undefined) assert.equal(found, '');
    });
  }

  it('LYR-10: 1.3.0 tells all of md', async () => {
    const text = await capabilities('1.3.0');
    assert.match(text, /<Keyword vocabulary="GEMET">Roads &amp; ways<\/Keyword>/);
    assert.match(
      text,
      /<Attribution>\s*<Title>City &amp; Co<\/Title>\s*<OnlineResource xlink:href="[^"]*\?a&amp;b"\/>/,
    );
    assert.match(text, /<LogoURL width="100" height="50">\s*<Format>image\/jpeg</);
    assert.match(text, /<AuthorityURL name="HKU1234">/);
    assert.match(text, /<Identifier authority="HKU1234">ORG &amp; 1</);
    assert.match(text, /<MetadataURL type="ISO19115:2003">\s*<Format>application\/xml</);
    assert.match(text, /<DataURL>\s*<Format>application\/zip</);
    assert.match(text, /<FeatureListURL>\s*<Format>application\/xml</);
  });

  it('LYR-10: 1.1.1 has metadata of the standards that it has names for', async () => {
    const types = (await capabilities('1.1.1')).match(/<MetadataURL type="[^"]*">/g);
    assert.deepEqual(types, ['<MetadataURL type="TC211">']);
  });

  it('WMS-13: dimensions in 1.3.0', async () => {
    const text = await capabilities('1.3.0');
    assert.match(text, /<Dimension name="time" units="ISO8601" default="2021" nearestValue="0">2020,2021<\/Dimension>/);
    assert.match(text, /<Dimension name="dim_level" units="" default="1" nearestValue="0">1,&lt;2&gt;<\/Dimension>/);
  });

  it('WMS-13: dimensions in 1.1.1, as its DTD has them, not MapProxy', async () => {
    const text = await capabilities('1.1.1');
    assert.match(text, /<Dimension name="time" units="ISO8601" \/>/);
    assert.match(text, /<Extent name="time" default="2021" nearestValue="0">2020,2021<\/Extent>/);
  });

  it('LYR-13: layers and the groups above are queryable', async () => {
    const names = [...(await capabilities('1.3.0')).matchAll(/<Layer queryable="1">\s*(?:<Name>(\w+)<)?/g)];
    assert.deepEqual(
      names.map((match) => match[1]),
      [undefined, 'base', 'osm'],
    );
  });
});
