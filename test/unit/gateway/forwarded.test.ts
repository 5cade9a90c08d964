import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseForwarded } from '../../../src/gateway/forwarded.ts';

/** Elements as plain objects; null for what is refused. */
function parsed(value: string): object[] | null {
  return parseForwarded(value)?.map((element) => Object.fromEntries(element)) ?? null;
}

describe('Forwarded (RFC 7239)', () => {
  const cases: [value: string, elements: object[] | null][] = [
    // The examples of the RFC, sections 4 and 7.1.
    ['for="_gazonk"', [{ for: '_gazonk' }]],
    ['For="[2001:db8:cafe::17]:4711"', [{ for: '[2001:db8:cafe::17]:4711' }]],
    ['for=192.0.2.60;proto=http;by=203.0.113.43', [{ for: '192.0.2.60', proto: 'http', by: '203.0.113.43' }]],
    ['for=192.0.2.43, for=198.51.100.17', [{ for: '192.0.2.43' }, { for: '198.51.100.17' }]],
    ['for=192.0.2.43, for="[2001:db8:cafe::17]"', [{ for: '192.0.2.43' }, { for: '[2001:db8:cafe::17]' }]],
    ['', []],
    [' , ;,', []],
    ['for=a;,;host=b', [{ for: 'a' }, { host: 'b' }]],
    ['host="a,b;c=d"', [{ host: 'a,b;c=d' }]],
    ['host="a\\"\\\\b"', [{ host: 'a"\\b' }]],
    ['ext=1;HOST=a', [{ ext: '1', host: 'a' }]],
    ['host=""', [{ host: '' }]],
    ['host=', null],
    ['host', null],
    ['=a', null],
    ['host = a', null],
    ['host="a', null],
    ['host="a"b', null],
    ['host=a host=b', null],
    ['host=a;HOST=b', null],
    ['host=a:80', null],
    ['for=[::1]', null],
    ['host="a\nb"', null],
    ['host=a, "', null],
    ['host=ä', null],
  ];
  for (const [value, elements] of cases) {
    it(`${elements === null ? 'refuses' : 'reads'} ${JSON.stringify(value)}`, () => {
      assert.deepEqual(parsed(value), elements);
    });
  }

  it('takes no more than 32 hops and 4096 characters', () => {
    assert.equal(parsed(Array(32).fill('for=a').join(','))?.length, 32);
    assert.equal(parsed(Array(33).fill('for=a').join(',')), null);
    assert.equal(parsed(`host=${'a'.repeat(4_091)}`)?.length, 1);
    assert.equal(parsed(`host=${'a'.repeat(4_092)}`), null);
  });

  it('takes little time for what is made to take long', () => {
    const begun = performance.now();
    for (const bad of ['\\', '"', 'a', ';', ' ', 'a=', '\\"']) parsed(`host="${bad.repeat(4_000 / bad.length)}`);
    assert.ok(performance.now() - begun < 500);
  });
});

const token = fc.stringMatching(/^[!#$%&'*+.^_`|~\w-]{1,12}$/);
const value = fc.stringMatching(/^[\t\x20-\x7e\x80-\xff]{0,20}$/);
const blanks = fc.stringMatching(/^[ \t]{0,2}$/);
const element = fc.uniqueArray(fc.tuple(token, value), {
  minLength: 1,
  maxLength: 5,
  selector: ([name]) => name.toLowerCase(),
});

describe('Forwarded, whatever it holds', () => {
  it('what is written by the rules is read again', () => {
    const written = fc.record({
      elements: fc.array(element, { maxLength: 6 }),
      blanks: fc.infiniteStream(blanks),
      quotes: fc.infiniteStream(fc.boolean()),
    });
    fc.assert(
      fc.property(written, ({ elements, blanks, quotes }) => {
        const next = <Value>(stream: Iterator<Value>): Value => stream.next().value;
        const pair = ([name, text]: [string, string]): string => {
          const isToken = /^[!#$%&'*+.^_`|~\w-]+$/.test(text);
          if (isToken && next(quotes)) return `${name}=${text}`;
          const escaped = (sign: string): string => (/["\\]/.test(sign) || next(quotes) ? `\\${sign}` : sign);
          return `${name}="${[...text].map(escaped).join('')}"`;
        };
        const around = (sign: string): string => next(blanks) + sign + next(blanks);
        const header = elements.map((pairs) => pairs.map(pair).join(around(';'))).join(around(','));
        const expected = elements.map((pairs) =>
          Object.fromEntries(pairs.map(([name, text]) => [name.toLowerCase(), text])),
        );
        assert.deepEqual(parsed(header), expected);
      }),
    );
  });

  it('is read or refused, and never throws', () => {
    const odd = fc.array(fc.constantFrom(...'abfor=host;,"\\ \t\r\n\0[]:.é', 'for=', 'host="', '",'), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string({ unit: 'binary' }),
          odd.map((parts) => parts.join('')),
        ),
        (header) => {
          for (const hop of parseForwarded(header) ?? []) {
            for (const [name, text] of hop) {
              assert.match(name, /^[!#$%&'*+.^_`|~\w-]+$/);
              // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get through
              assert.doesNotMatch(text, /[\0-\x08\n-\x1f\x7f]/);
            }
          }
        },
      ),
    );
  });

  it('what breaks a rule at its end is refused whole', () => {
    fc.assert(
      fc.property(element, fc.constantFrom('"', '=', 'a', 'a=', 'a="', '(', '\n'), (pairs, bad) => {
        const header = pairs.map(([name, text]) => `${name}="${text.replaceAll(/["\\]/g, '\\$&')}"`).join(';');
        assert.equal(parsed(`${header}, ${bad}`), null);
      }),
    );
  });
});
