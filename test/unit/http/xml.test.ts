import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { configuredText, document, html, scriptJson, trusted, xml } from '../../../src/http/xml.ts';

describe('xml and html', () => {
  it('SEC-01: escape what is special in text and in quoted attributes', () => {
    assert.equal(html`<a title="${`"'<>&`}">`.text, '<a title="&quot;&#39;&lt;&gt;&amp;">');
  });

  it('SEC-01: let no value open a tag or end an attribute', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        assert.doesNotMatch(xml`${value}`.text, /[<>"']/);
      }),
    );
  });

  it('put markup in as it is, alone and in lists', () => {
    assert.equal(xml`<a>${[xml`<b>${'<'}</b>`, trusted('<c/>')]}</a>`.text, '<a><b>&lt;</b><c/></a>');
  });

  it('print nothing for undefined, null and false, and zero for zero', () => {
    assert.equal(xml`[${undefined}${null}${false}${0}]`.text, '[0]');
  });

  it('replace what XML 1.0 cannot hold', () => {
    assert.equal(xml`${'a\u0000b\u001fc\ud800d\ufffee\tf'}`.text, 'a\ufffdb\ufffdc\ufffdd\ufffde\tf');
  });
});

describe('document', () => {
  it('WMS-04: drops lines that a left-out part leaves empty', () => {
    assert.equal(document(xml`<a>\n  ${undefined}\n\n  <b/>\n</a>\n`), '<a>\n  <b/>\n</a>\n');
  });
});

describe('scriptJson', () => {
  it('SEC-01: cannot end a script element or begin a comment', () => {
    assert.doesNotMatch(scriptJson({ name: '</script><!-- \u2028' }).text, /[<>\u2028]/);
  });

  it('reads back as plain JSON does', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.deepEqual(JSON.parse(scriptJson(value).text), JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('configuredText', () => {
  const cases = [
    ['WMS-05: reads entities written for MapProxy', 'Streets &amp; houses &lt;old&gt;', 'Streets & houses <old>'],
    ['reads numeric entities', '&#252;&#xe4;', 'üä'],
    ['keeps a plain ampersand', 'Streets & houses', 'Streets & houses'],
    ['keeps what is no entity', '&foo; &#99999999;', '&foo; &#99999999;'],
    ['keeps a number past Unicode', '&#x110000;', '&#x110000;'],
  ] as const;
  for (const [title, configured, text] of cases) {
    it(title, () => assert.equal(configuredText(configured), text));
  }
});
