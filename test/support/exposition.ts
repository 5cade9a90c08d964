import assert from 'node:assert/strict';

/** A family of metrics as printed: its kind, and its samples by name and labels as printed. */
export interface ExposedFamily {
  readonly type: string;
  readonly help: string;
  readonly samples: Map<string, number>;
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*\})? (\S+)$/;

/** Suffixes of a histogram's samples. */
const PARTS = /_(?:bucket|sum|count)$/;

/** Reads Prometheus' text format 0.0.4 strictly. */
export function parseExposition(text: string): Map<string, ExposedFamily> {
  const families = new Map<string, { type: string; help: string; samples: Map<string, number> }>();
  const familyOf = (name: string) => {
    const known = families.get(name) ?? { type: '', help: '', samples: new Map<string, number>() };
    families.set(name, known);
    return known;
  };
  assert.ok(text.endsWith('\n'), 'the last line ends');
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (kind === 'HELP') familyOf(name).help = rest;
    else if (kind === 'TYPE') familyOf(name).type = rest;
    else {
      const sample = SAMPLE.exec(line);
      assert.ok(sample, `no sample: ${line}`);
      const [, own = '', labels = '', value = ''] = sample;
      const family = families.get(own) ?? families.get(own.replace(PARTS, ''));
      assert.ok(family?.type, `${own} has a type`);
      assert.ok(Number.isFinite(Number(value)), line);
      assert.ok(!family.samples.has(own + labels), `${own}${labels} stands once`);
      family.samples.set(own + labels, Number(value));
    }
  }
  return families;
}
