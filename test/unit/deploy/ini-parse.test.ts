import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseIni } from '../../../src/deploy/ini/parse.ts';

function parse(text: string) {
  const told: string[] = [];
  const { sections, defaults } = parseIni(text, (severity, line, message) => {
    told.push(`${severity} ${line}: ${message}`);
  });
  const plain = [...sections].map(([name, { values }]) => [
    name,
    Object.fromEntries([...values].map(([key, value]) => [key, value.text])),
  ]);
  return { sections: Object.fromEntries(plain), defaults: [...defaults.keys()], told };
}

describe('parseIni reads as ConfigParser does', () => {
  const cases: [title: string, text: string, values: Record<string, string>][] = [
    [
      '= and : between key and value, the first counts',
      'a = 1 : 2\nb: 3 = 4\nc=\nd:',
      { a: '1 : 2', b: '3 = 4', c: '', d: '' },
    ],
    [
      'keys in their case, with spaces within',
      'mapproxy_Conf=a\nset debug = b',
      { mapproxy_Conf: 'a', 'set debug': 'b' },
    ],
    [
      'comments by # and ; on lines of their own',
      '# a = 1\n  ; b = 2\nc = 3 ; no # comment',
      { c: '3 ; no # comment' },
    ],
    ['continuation lines', 'a = 1\n  2\n\t3\nb = 4', { a: '1\n2\n3', b: '4' }],
    ['a value that begins on the next line', 'pipeline =\n    auth\n    main', { pipeline: '\nauth\nmain' }],
    ['a comment within a value', 'a = 1\n# not this\n  2', { a: '1\n2' }],
    ['an empty line within a value, but not after it', 'a = 1\n\n  2\n\nb = 3', { a: '1\n\n2', b: '3' }],
    ['lines that all stand to the right', '  a = 1\n  b = 2\n    c', { a: '1', b: '2\nc' }],
    ['Windows line ends', 'a = 1\r\nb = 2\r\n', { a: '1', b: '2' }],
    ['a section within a value, if it is indented', 'a = 1\n  [b]', { a: '1\n[b]' }],
  ];
  for (const [title, text, values] of cases) {
    it(title, () => assert.deepEqual(parse(`[s]\n${text}`), { sections: { s: values }, defaults: [], told: [] }));
  }

  it('keeps [DEFAULT] apart', () => {
    const { sections, defaults } = parse('[DEFAULT]\na = 1\n[s]\nb = 2');
    assert.deepEqual(sections, { s: { b: '2' } });
    assert.deepEqual(defaults, ['a']);
  });

  it('takes a section that is there twice together, and the last of two keys, with warnings', () => {
    const { sections, told } = parse('[s]\na = 1\n[t]\n[s]\nb = 2\na = 3');
    assert.deepEqual(sections, { s: { a: '3', b: '2' }, t: {} });
    assert.deepEqual(told, [
      'warning 4: [s] is there already in line 1; both are taken together',
      "warning 6: 'a' is there already in line 2",
    ]);
  });

  it('tells lines that are nothing', () => {
    assert.deepEqual(parse('a = 1\n[s]\nwords alone\n= 2').told, [
      'error 1: there is no section above: "a = 1"',
      'error 3: expected KEY = VALUE or a [section], got "words alone"',
      'error 4: expected KEY = VALUE or a [section], got "= 2"',
    ]);
  });

  it('reads any text without giving up', () => {
    const line = fc.oneof(fc.constantFrom('[a]', '[b', 'k = v', 'k:', ' more', '#', ';x', '', '=', '[]'), fc.string());
    fc.assert(fc.property(fc.array(line), (lines) => void parse(lines.join('\n'))));
  });
});
