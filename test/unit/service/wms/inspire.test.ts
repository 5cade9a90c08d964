import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import wms from '../../../../src/service/wms/index.ts';
import { getFrom } from '../../../support/build-service.ts';
import { complaints } from '../../../support/schemas.ts';

const LINK = { url: 'http://city.example/csw?a&b', media_type: 'application/vnd.iso.19139+xml' };

const CITED = {
  title: 'COMMISSION REGULATION (EU) No 1089/2010',
  date_of_publication: '2010-12-08',
  uris: ['OJ:L:2010:323:0011:0102:EN:PDF'],
  resource_locators: [{ url: 'http://eur-lex.example/?a&b', media_type: 'application/pdf' }],
};

const LINKED = { type: 'linked', metadata_url: LINK, languages: { default: 'eng' } };

const EMBEDDED = {
  type: 'embedded',
  resource_locators: [LINK],
  temporal_reference: { date_of_creation: '2015-05-01' },
  conformities: [{ ...CITED, degree: 'notEvaluated' }],
  metadata_points_of_contact: [{ organisation_name: 'City & Co', email: 'maps@city.example' }],
  mandatory_keywords: ['infoMapAccessService'],
  keywords: [{ title: 'GEMET', date_of_last_revision: '2008-06-01', keyword_value: 'Orthoimagery' }],
  metadata_date: '2015-07-23',
  metadata_url: LINK,
  languages: { default: 'eng' },
};

for (const [row, inspire_md] of [
  ['WMS-43', LINKED],
  ['WMS-44', EMBEDDED],
] as const) {
  describe(`INSPIRE metadata, ${inspire_md.type}`, () => {
    const get = getFrom(wms, { inspire_md });
    const capabilities = async (version: string) =>
      (await get(`/service?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=${version}`)).text;

    it(`${row}: is valid`, async (t) => {
      const found = await complaints(t, await capabilities('1.3.0'), 'inspire/inspire_vs/1.0/inspire_vs.xsd');
      if (found !== undefined) assert.equal(found, '');
    });

    it(`${row}: has the link and the language`, async () => {
      const text = await capabilities('1.3.0');
      assert.match(text, /<inspire_common:MetadataUrl>\s*<inspire_common:URL>http:\/\/city.example\/csw\?a&amp;b</);
      assert.match(text, /<inspire_common:Language>eng</);
    });

    it(`${row}: is not in older versions`, async () => {
      assert.doesNotMatch(await capabilities('1.1.1'), /inspire/);
    });
  });
}
