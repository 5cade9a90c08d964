import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { openApplication } from '../../../src/app/open.ts';
import { checkEverything } from '../../../src/deploy/check.ts';
import { readTarget } from '../../../src/deploy/target.ts';
import { configureLogging } from '../../../src/log.ts';
import { getThrough } from '../../support/build-service.ts';

configureLogging({ level: 'silent' });

const FILE = path.resolve(import.meta.dirname, '../../../conf-examples/authorization/mapgate.yaml');

async function open(t: TestContext) {
  const opened = await openApplication(readTarget(FILE, { listen: [] }).app);
  t.after(() => opened.close());
  const get = getThrough(opened.application);
  return async (target: string, name?: string) => {
    const Authorization = `Basic ${Buffer.from(`${name}:${name}`).toString('base64')}`;
    return get(target, name === undefined ? {} : { headers: { Authorization } });
  };
}

const map = (layer: string, bbox: string) =>
  `/service?SERVICE=WMS&VERSION=1.1.1&REQUEST=GetMap&STYLES=&SRS=EPSG:4326&BBOX=${bbox}&WIDTH=8&HEIGHT=8&FORMAT=image/png&LAYERS=${layer}`;
const CITY = '8,53,8.5,53.3';
const ELSEWHERE = '9,53,9.5,53.3';

describe('the example authorization', () => {
  it('has nothing wrong in it', async () => assert.deepEqual(await checkEverything(FILE), []));

  it('AUTH-09: shows different layers to different people', async (t) => {
    const get = await open(t);
    assert.equal((await get(map('streets', CITY))).status, 401);
    for (const name of ['anna', 'tom']) {
      assert.equal((await get(map('streets', CITY), name)).status, 200);
      assert.equal((await get('/demo/', name)).status, 200);
    }
    const [ofAnna, ofTom] = await Promise.all(['anna', 'tom'].map((name) => get(map('cables', ELSEWHERE), name)));
    assert.notEqual(ofAnna?.text, ofTom?.text, 'AUTH-06: tom sees no cables outside of the city');
    const [inCity, same] = await Promise.all(['anna', 'tom'].map((name) => get(map('cables', CITY), name)));
    assert.equal(inCity?.text, same?.text);
    const legend = '/service?SERVICE=WMS&VERSION=1.1.1&REQUEST=GetCapabilities';
    assert.match(
      (await get(legend, 'tom')).text,
      /<Name>cables<\/Name>[\s\S]*<LatLonBoundingBox minx="8" miny="53" maxx="8.5" maxy="53.3" \/>/,
    );
  });
});
