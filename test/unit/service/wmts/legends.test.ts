import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import wmts from '../../../../src/service/wmts/index.ts';
import { getFrom } from '../../../support/build-service.ts';
import { predefinedGrid } from '../../../support/fake-grids.ts';
import { fakeTileLayer, fakeTileSet } from '../../../support/fake-services.ts';
import { complaints } from '../../../support/schemas.ts';

describe('legends in capabilities', () => {
  const legendUrls = { kvp: '{base_url}/kvp?a=1&layer={layer_name}', rest: '{base_url}/rest/{layer_name}.png' };
  const tileLayers = [fakeTileLayer('a b', [fakeTileSet(predefinedGrid('utm32'))], { legendUrls })];
  const get = getFrom(wmts, {}, { tileLayers });
  const ways = [
    ['KVP', '/service?SERVICE=WMTS&REQUEST=GetCapabilities', 'http://maps.example/maps/kvp?a=1&amp;layer=a%20b'],
    ['REST', '/wmts/1.0.0/WMTSCapabilities.xml', 'http://maps.example/maps/rest/a%20b.png'],
  ] as const;
  for (const [way, target, url] of ways) {
    it(`WMTS-11, LYR-09: by ${way} have an address of their own, and are valid by the schema`, async (t) => {
      const { text } = await get(target, { mount: '/maps' });
      assert.ok(text.includes(`<LegendURL format="image/png" xlink:href="${url}"/>`), text);
      const found = await complaints(t, text, 'wmts/1.0/wmtsGetCapabilities_response.xsd');
      if (found !== undefined) assert.equal(found, '');
    });
  }

  it('WMTS-11: a layer without one has no LegendURL', async () => {
    assert.doesNotMatch((await getFrom(wmts)(ways[0][1])).text, /LegendURL/);
  });
});
