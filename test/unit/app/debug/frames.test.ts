import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import { framesOf } from '../../../../src/app/debug/frames.ts';

const ROOT = path.resolve(import.meta.dirname, '../../../..');

const STACK = `Error: of two
lines
    at draw (file:///maps/with%20space/app.mjs:3:5)
    at async Layers.find [as get] (/maps/layers.ts:12:34)
    at file:///maps/app.mjs?version=1:1:2
    at new Map (<anonymous>)
    at Object.<anonymous> (/maps/node_modules/proj4/index.js:7:8)
    at Server.emit (node:events:519:28)
    at serve (${ROOT}/src/gateway/exchange.ts:9:9)`;

describe('frames of a stack', () => {
  it('reads functions and places as V8 writes them', () => {
    const places = framesOf(STACK).map(({ functionName, position }) => [functionName, position]);
    assert.deepEqual(places, [
      ['draw', { file: '/maps/with space/app.mjs', line: 3, column: 5 }],
      ['async Layers.find [as get]', { file: '/maps/layers.ts', line: 12, column: 34 }],
      ['', { file: '/maps/app.mjs', line: 1, column: 2 }],
      ['new Map', undefined],
      ['', { file: '/maps/node_modules/proj4/index.js', line: 7, column: 8 }],
      ['Server.emit', undefined],
      ['serve', { file: `${ROOT}/src/gateway/exchange.ts`, line: 9, column: 9 }],
    ]);
  });

  it('tells the developers’ own from those of Node, dependencies and Mapgate', () => {
    assert.deepEqual(
      framesOf(STACK).map(({ isOwn }) => isOwn),
      [true, true, true, false, false, false, false],
    );
  });
});
