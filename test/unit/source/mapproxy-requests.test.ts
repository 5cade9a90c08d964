import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { BboxCoverage } from '../../../src/coverage/bbox-coverage.ts';
import type { Bbox, Size } from '../../../src/grid/types.ts';
import { configureLogging } from '../../../src/log.ts';
import { withCommonOptions, withInfoCoverage } from '../../../src/source/common.ts';
import { sourceDefinitions } from '../../../src/source/index.ts';
import { sourceSrs } from '../../../src/srs/preferred.ts';
import { srsByCode } from '../../../src/srs/srs.ts';
import { sourceContext, startUpstream } from './build.ts';

configureLogging({ level: 'silent' });

/** What test/support/reference/source-requests.py wrote of the requests that MapProxy makes. */
interface Reference {
  readonly source: { readonly type: string; readonly coverage?: { readonly bbox: Bbox; readonly srs: string } };
  readonly request: 'GetMap' | 'GetFeatureInfo';
  readonly srs: string;
  readonly bbox: Bbox;
  readonly size: Size;
  /** Null: nothing was asked for. */
  readonly asked: {
    readonly method: string;
    readonly path: string;
    readonly parameters: Readonly<Record<string, string>>;
  } | null;
}

const file = new URL('../../fixtures/mapproxy-source-requests.json', import.meta.url);
const references = JSON.parse(readFileSync(file, 'utf8')) as Reference[];
const signal = new AbortController().signal;

/** Pixels of the edge of a map by which two ways of transforming it may differ. */
const TOLERANCE = 0.001;

/** Names in upper case, numbers as numbers. */
function comparable(parameters: Readonly<Record<string, string>>): Map<string, string | readonly number[]> {
  return new Map(
    Object.entries(parameters).map(([name, value]) => {
      const numbers = value.split(',').map(Number);
      return [name.toUpperCase(), value !== '' && numbers.every(Number.isFinite) ? numbers : value];
    }),
  );
}

function assertAlike(actual: Readonly<Record<string, string>>, expected: Readonly<Record<string, string>>): void {
  const [own, theirs] = [comparable(actual), comparable(expected)];
  assert.deepEqual([...own.keys()].sort(), [...theirs.keys()].sort());
  const bbox = theirs.get('BBOX') ?? theirs.get('MAPEXTENT');
  assert.ok(Array.isArray(bbox));
  const tolerance = (TOLERANCE * Math.abs(bbox[2] - bbox[0])) / 100;
  for (const [name, value] of theirs) {
    const ours = own.get(name);
    if (typeof value === 'string' || typeof ours !== 'object') {
      assert.equal(ours, value, name);
      continue;
    }
    assert.equal(ours.length, value.length, name);
    for (const [index, number] of value.entries()) {
      assert.ok(Math.abs((ours[index] ?? Number.NaN) - number) <= tolerance, `${name}: ${ours} is not ${value}`);
    }
  }
}

describe('requests to map servers as MapProxy makes them', () => {
  for (const { source, request, srs, bbox, size, asked } of references) {
    const { type, ...options } = source;
    it(`SRC-20, SRC-23, SRC-29, SRC-36, SRC-60: ${request} in ${srs} of ${type} ${JSON.stringify(options)}`, async (test) => {
      const { server, pool } = await startUpstream(test);
      const definition = sourceDefinitions.find((one) => one.type === type);
      assert.ok(definition);
      const own = definition.options.parse(JSON.parse(JSON.stringify(source).replaceAll('SERVER', server.url)));
      const { coverage: area } = source;
      const coverage = area && new BboxCoverage(area.bbox, srsByCode(area.srs), false);
      const preferredSrs = (target: ReturnType<typeof srsByCode>, offered: readonly (typeof target)[]) =>
        sourceSrs(target, offered, []) ?? target;
      const context = sourceContext(pool, [], { coverage, preferredSrs });
      const where = { bbox, size, srs: srsByCode(srs), signal };
      if (request === 'GetMap') {
        const map = withCommonOptions(definition.build(own, context), own, coverage);
        assert.ok(map.kind === 'map');
        await map.getMap({ ...where, format: 'image/png' });
      } else {
        const info = definition.buildInfo?.(own, context);
        assert.ok(info);
        const point = { position: [20, 30], infoFormat: 'text/html', featureCount: 3 } as const;
        await withInfoCoverage(info, coverage).getFeatureInfo({ ...where, ...point });
      }
      const [sent] = server.requests;
      assert.equal(sent === undefined, asked === null);
      if (sent === undefined || asked === null) return;
      const url = new URL(sent.url, server.url);
      const parameters = Object.fromEntries(sent.body === '' ? url.searchParams : new URLSearchParams(sent.body));
      assert.deepEqual([sent.method, url.pathname], [asked.method, asked.path]);
      assertAlike(parameters, withConfiguredName(source, asked.parameters));
    });
  }
});

/** TRAP-07: MapProxy asks for feature info by the client's name of an SRS; we by the one that is configured. */
function withConfiguredName(source: object, parameters: Readonly<Record<string, string>>): Record<string, string> {
  const knowsOther = JSON.stringify(source).includes('"EPSG:3857"');
  if (!knowsOther) return { ...parameters };
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, value.replace(/^(EPSG:)?900913$/, '$13857')]),
  );
}
