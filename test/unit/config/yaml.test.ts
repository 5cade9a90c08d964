import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Places } from '../../../src/config/places.ts';
import { parseYaml } from '../../../src/config/yaml.ts';
import { ConfigError } from '../../../src/http/errors.ts';
import { Timestamp } from '../../../src/options.ts';

function parse(text: string): unknown {
  return parseYaml(text, 'test.yaml', new Places());
}

/** What PyYAML 6 makes of the same words. */
const SCALARS: readonly [text: string, value: unknown][] = [
  ['yes', true],
  ['Off', false],
  ['TRUE', true],
  ['y', 'y'],
  ['n', 'n'],
  ['~', null],
  ['', null],
  ['0755', 493],
  ['0o755', '0o755'],
  ['0x1F', 31],
  ['0b101', 5],
  ['1_000', 1000],
  ['-17', -17],
  ['08', '08'],
  ['12:30', 750],
  ['1:30.5', 90.5],
  ['1.5', 1.5],
  ['1.', 1],
  ['.5', 0.5],
  ['1e5', '1e5'],
  ['1.0e5', '1.0e5'],
  ['1.0e+5', 100000],
  ['-.inf', -Infinity],
  ['"yes"', 'yes'],
  ["'12:30'", '12:30'],
  ['EPSG:4326', 'EPSG:4326'],
  ['2020-08-25', new Timestamp('2020-08-25')],
  ['2020-08-25T12:30:00', new Timestamp('2020-08-25 12:30:00')],
  ['"2020-08-25"', '2020-08-25'],
];

describe('YAML as PyYAML reads it', () => {
  for (const [text, value] of SCALARS) {
    it(`TRAP-01: ${text === '' ? 'nothing' : text} is ${String(value)}`, () => {
      assert.deepEqual(parse(`key: ${text}`), { key: value });
    });
  }

  it('TRAP-01: of two equal keys the last counts', () => {
    assert.deepEqual(parse('a: 1\nb: 2\na: 3'), { a: 3, b: 2 });
  });

  it('TRAP-01: << merges a mapping, own keys win', () => {
    assert.deepEqual(parse('base: &b {x: 1, y: 2}\nown:\n  y: 3\n  <<: *b'), {
      base: { x: 1, y: 2 },
      own: { x: 1, y: 3 },
    });
  });

  it('TRAP-01: << merges a list of mappings, the first wins', () => {
    assert.deepEqual(parse('a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc: {<<: [*a, *b]}'), {
      a: { x: 1 },
      b: { x: 2, y: 2 },
      c: { x: 1, y: 2 },
    });
  });

  it('TRAP-01: << merges what the merged mapping merges', () => {
    assert.deepEqual(parse('a: &a {x: 1}\nb: &b {<<: *a, y: 2}\nc: {<<: *b}'), {
      a: { x: 1 },
      b: { x: 1, y: 2 },
      c: { x: 1, y: 2 },
    });
  });

  it('TRAP-02: keys that are numbers become text', () => {
    assert.deepEqual(parse('404: x\nother: y'), { 404: 'x', other: 'y' });
  });

  it('TRAP-04: keys keep the order of the file', () => {
    assert.deepEqual(Object.keys(parse('zebra: 1\napple: 2\nmango: 3') as object), ['zebra', 'apple', 'mango']);
  });

  it('syntax errors have line and column', () => {
    assert.throws(
      () => parse('a: 1\nb: [1, 2\nc: 3'),
      (error) => error instanceof ConfigError && error.place?.file === 'test.yaml' && error.place.line === 3,
    );
  });

  it('tags that need Python are refused', () => {
    assert.throws(() => parse('a: !!python/object:os.system x'), ConfigError);
  });

  it('an alias that contains itself is refused', () => {
    assert.throws(() => parse('a: &a\n  b: *a'), /must not contain itself/);
  });

  it('several documents are refused', () => {
    assert.throws(() => parse('a: 1\n---\nb: 2'), ConfigError);
  });
});
