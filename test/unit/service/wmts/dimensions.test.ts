import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import wmts from '../../../../src/service/wmts/index.ts';
import { getFrom } from '../../../support/build-service.ts';
import { predefinedGrid } from '../../../support/fake-grids.ts';
import { fakeTile, fakeTileLayer, fakeTileSet } from '../../../support/fake-services.ts';
import { complaints } from '../../../support/schemas.ts';

const TEMPLATE = '/{Layer}/{Time}/{TileMatrixSet}/{TileMatrix}/{TileCol}/{TileRow}.{Format}';
const DIMENSIONS = [
  { name: 'time', values: ['2020', '2021'], default: '2021' },
  { name: 'elevation', values: ['0', '100'], default: '0' },
];

/** Layers `one`, whose tiles say what they were asked for, and `plain` without dimensions. */
function rig(options: unknown = { restful_template: TEMPLATE }) {
  const tileSet = fakeTileSet(predefinedGrid('utm32'), {
    getTile: (coord, { dimensions }) => fakeTile(coord, { body: Buffer.from(JSON.stringify([...(dimensions ?? [])])) }),
  });
  const tileLayers = [fakeTileLayer('one', [tileSet], { dimensions: DIMENSIONS }), fakeTileLayer('plain', [tileSet])];
  return getFrom(wmts, options, { tileLayers });
}

const KVP =
  '/service?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=one&STYLE=&TILEMATRIXSET=utm32&TILEMATRIX=00&TILECOL=0&TILEROW=0&FORMAT=image/png';

describe('dimensions of tiles', () => {
  const asked = [
    ['by KVP, in any case', `${KVP}&TIME=2020&Elevation=100`, '2020', '100'],
    ['by KVP, one alone', `${KVP}&ELEVATION=100`, '2021', '100'],
    ['missing is the default', KVP, '2021', '0'],
    ['empty is the default', `${KVP}&TIME=`, '2021', '0'],
    ['`default` is the default', `${KVP}&TIME=default`, '2021', '0'],
    ['anything else by KVP does not matter', `${KVP}&TIME=2020&SEASON=winter`, '2020', '0'],
    ['by REST', '/wmts/one/2020/utm32/00/0/0.png', '2020', '0'],
    ['`default` by REST', '/wmts/one/default/utm32/00/0/0.png', '2021', '0'],
  ] as const;
  for (const [title, target, time, elevation] of asked) {
    it(`WMTS-14: ${title}`, async () => {
      const { status, text } = await rig()(target);
      assert.deepEqual(
        [status, JSON.parse(text)],
        [
          200,
          [
            ['time', time],
            ['elevation', elevation],
          ],
        ],
      );
    });
  }

  it('WMTS-14: a layer without dimensions takes `default` alone by REST', async () => {
    const { status, text } = await rig()('/wmts/plain/default/utm32/00/0/0.png');
    assert.deepEqual([status, text], [200, '[]']);
  });

  const wrong = [
    [`${KVP}&TIME=1999`, 'invalid dimension value (time=1999).'],
    ['/wmts/one/1999/utm32/00/0/0.png', 'invalid dimension value (time=1999).'],
    ['/wmts/plain/2020/utm32/00/0/0.png', 'unknown dimension: time'],
  ] as const;
  for (const [target, message] of wrong) {
    it(`WMTS-09, WMTS-14: ${message}`, async () => {
      const { status, text } = await rig()(target);
      assert.equal(status, 400);
      assert.match(text, /exceptionCode="InvalidParameterValue" locator="time"/);
      assert.ok(text.includes(`<ows:ExceptionText>${message}<`), text);
    });
  }
});

describe('dimensions in capabilities', () => {
  const element = (identifier: string, own: string, values: readonly string[]) =>
    [
      '      <Dimension>',
      `        <ows:Identifier>${identifier}</ows:Identifier>`,
      `        <Default>${own}</Default>`,
      ...values.map((value) => `        <Value>${value}</Value>`),
      '      </Dimension>',
    ].join('\n');

  it('WMTS-14: by KVP have all of them', async () => {
    const { text } = await rig()('/service?SERVICE=WMTS&REQUEST=GetCapabilities');
    assert.ok(text.includes(element('time', '2021', ['2020', '2021'])), text);
    assert.ok(text.includes(element('elevation', '0', ['0', '100'])), text);
  });

  it('WMTS-14: by REST have those of the template, in its spelling', async () => {
    const { text } = await rig()('/wmts/1.0.0/WMTSCapabilities.xml');
    assert.ok(text.includes(element('Time', '2021', ['2020', '2021'])), text);
    assert.equal(text.match(/<Dimension>/g)?.length, 1);
    assert.match(text, /template="http:\/\/maps\.example\/wmts\/one\/{Time}\/{TileMatrixSet}\//);
  });

  for (const target of ['/service?SERVICE=WMTS&REQUEST=GetCapabilities', '/wmts/1.0.0/WMTSCapabilities.xml']) {
    it(`WMTS-11: ${target} is valid by the schema`, async (t) => {
      const found = await complaints(t, (await rig()(target)).text, 'wmts/1.0/wmtsGetCapabilities_response.xsd');
      if (found !== undefined) assert.equal(found, '');
    });
  }
});
