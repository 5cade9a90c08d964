import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError, SourceError } from '../../../src/http/errors.ts';
import { globalImageOptions, imageSettings } from '../../../src/image/options.ts';
import { withCommonOptions } from '../../../src/source/common.ts';
import type { MapSource, Source, SourceImage, TiledSource } from '../../../src/source/contract.ts';
import debug from '../../../src/source/debug/index.ts';
import { ResolutionRange } from '../../../src/source/resolution-range.ts';
import { srsByCode } from '../../../src/srs/srs.ts';
import { mercator } from './build.ts';

const PICTURE = { body: Buffer.from('picture'), cacheable: true };
const image = imageSettings(globalImageOptions.parse({}), 'image/png');
const signal = new AbortController().signal;
const QUERY = {
  bbox: [0, 0, 25600, 25600],
  size: [256, 256],
  srs: srsByCode('EPSG:3857'),
  format: 'image/png',
  signal,
} as const;

/** A source under the given options that delivers PICTURE or fails with the given status. */
function mapSource(options: object, failure?: SourceError): MapSource {
  const inner: MapSource = {
    kind: 'map',
    name: 'inner',
    image,
    extent: undefined,
    getMap: async () => {
      if (failure !== undefined) throw failure;
      return PICTURE;
    },
  };
  const source = withCommonOptions(inner, debug.options.parse({ type: 'debug', ...options }));
  assert.ok(source.kind === 'map');
  return source;
}

function pixelOf({ raster }: SourceImage): number[] {
  return [...(raster?.data ?? [])].slice(0, 4);
}

describe('options of every source', () => {
  it('none of them leaves the source as it is', () => {
    const inner: Source = mapSource({});
    assert.equal(withCommonOptions(inner, debug.options.parse({ type: 'debug' })), inner);
  });

  it('SRC-02: seed_only is always blank', async () => {
    assert.equal(await mapSource({ seed_only: true }).getMap(QUERY), null);
  });

  it('SRC-03: blank outside of the resolutions', async () => {
    assert.equal(await mapSource({ max_res: 101 }).getMap(QUERY), null);
    assert.equal(await mapSource({ min_res: 99 }).getMap(QUERY), null);
    assert.equal(await mapSource({ min_res: 100, max_res: 50 }).getMap(QUERY), PICTURE);
  });

  it('SRC-03: tiles too', async () => {
    const inner: TiledSource = {
      kind: 'tiles',
      name: 'inner',
      image,
      extent: undefined,
      grid: mercator,
      getTile: async () => PICTURE,
    };
    const source = withCommonOptions(inner, debug.options.parse({ type: 'debug', max_res: 100_000 }));
    assert.ok(source.kind === 'tiles');
    assert.equal(await source.getTile([0, 0, 0], { format: 'image/png', signal }), PICTURE);
    assert.equal(await source.getTile([0, 0, 1], { format: 'image/png', signal }), null);
  });

  it('SRC-06: a status has its own answer', async () => {
    const on_error = { 404: { response: '#ff8000', cache: true }, other: { response: 'transparent' } };
    const answer = await mapSource({ on_error }, new SourceError('no', { sourceStatus: 404 })).getMap(QUERY);
    assert.ok(answer);
    assert.equal(answer.cacheable, true);
    assert.deepEqual(pixelOf(answer), [255, 128, 0, 255]);
  });

  it('SRC-06: other stands for the rest, and is not kept unless told', async () => {
    const on_error = { 404: { response: '#ff8000' }, other: { response: 'transparent' } };
    const answer = await mapSource({ on_error }, new SourceError('timed out')).getMap(QUERY);
    assert.ok(answer);
    assert.equal(answer.cacheable, false);
    assert.equal(pixelOf(answer)[3], 0);
  });

  it('SRC-06: what has no answer stays an error', async () => {
    const on_error = { 404: { response: '#ff8000' } };
    const failure = new SourceError('no', { sourceStatus: 500 });
    await assert.rejects(mapSource({ on_error }, failure).getMap(QUERY), failure);
  });

  for (const key of ['403x', 'others']) {
    it(`TRAP-02: '${key}' is no key of on_error`, () => {
      const options = { type: 'debug', on_error: { [key]: { response: 'transparent' } } };
      assert.equal(debug.options.safeParse(options).success, false);
    });
  }

  it('SRC-06: a response must be given', () => {
    assert.equal(debug.options.safeParse({ type: 'debug', on_error: { 404: {} } }).success, false);
  });
});

describe('limits of resolution', () => {
  const metres = srsByCode('EPSG:3857');

  it('SRC-03: as MapProxy computes it: both limits are inclusive, the coarse one with a tolerance', () => {
    const range = ResolutionRange.of({ min_res: 1000, max_res: 10 });
    const inside = [1000, 999, 100_000, 100_001].map((side) => range?.contains([0, 0, side, side], [100, 100], metres));
    assert.deepEqual(inside, [true, false, true, false]);
  });

  it('SRC-03: degrees count in metres', () => {
    const range = ResolutionRange.of({ min_res: 1200 });
    assert.equal(range?.contains([0, 0, 1, 1], [100, 100], srsByCode('EPSG:4326')), true);
    assert.equal(range?.contains([0, 0, 1, 1], [90, 90], srsByCode('EPSG:4326')), false);
  });

  it('SRC-04: scales, at 0.28 mm for a pixel; one alone is enough where MapProxy fails', () => {
    assert.deepEqual(
      [ResolutionRange.of({ max_scale: 1_000_000 })?.coarsest, ResolutionRange.of({ max_scale: 1_000_000 })?.finest],
      [280, 0],
    );
    assert.equal(ResolutionRange.of({ min_scale: 1_000_000 })?.coarsest, Infinity);
  });

  it('none is none', () => {
    assert.equal(ResolutionRange.of({}), undefined);
  });

  it('scales and resolutions do not go together, nor limits that leave nothing', () => {
    assert.throws(() => ResolutionRange.of({ min_res: 5, max_scale: 100 }), ConfigError);
    assert.throws(() => ResolutionRange.of({ min_res: 5, max_res: 10 }), ConfigError);
  });
});
