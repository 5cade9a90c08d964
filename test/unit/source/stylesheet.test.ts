import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { SourceError } from '../../../src/http/errors.ts';
import { stylesheet } from '../../../src/source/stylesheet.ts';
import { requirePrograms } from '../../support/debian.ts';
import { folderWith } from '../../support/temporary.ts';

const COPY = `<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0">
<xsl:output method="html"/>
<xsl:template match="/"><p><xsl:value-of select="."/></p></xsl:template>
</xsl:stylesheet>`;

async function transform(t: TestContext, document: string | Buffer, sheet = COPY): Promise<string | undefined> {
  if (!(await requirePrograms(t, { xsltproc: 'xsltproc' }))) return undefined;
  const folder = await folderWith(t, { 'sheet.xsl': sheet, 'secret.txt': 'secret' });
  const body = Buffer.from(String(document).replace('FOLDER', folder), Buffer.isBuffer(document) ? 'latin1' : 'utf8');
  return (await stylesheet(join(folder, 'sheet.xsl'))(body, new AbortController().signal)).toString();
}

describe('stylesheets for feature info', () => {
  it('SRC-26, WMS-40: XML is transformed', async (t) => {
    const text = await transform(t, '<a><b>1</b><b>\u00fc</b></a>');
    if (text !== undefined) assert.match(text, /^<p>1(\u00fc|&uuml;)<\/p>/);
  });

  it('WMS-40: HTML as it is written', async (t) => {
    const text = await transform(t, '<html><body><br>one</body></html>');
    if (text !== undefined) assert.match(text, /^<p>one<\/p>/);
  });

  it('entities of files stand for nothing', async (t) => {
    const document = '<!DOCTYPE a [<!ENTITY q "]"><!ENTITY x SYSTEM "file://FOLDER/secret.txt">]><a>&x;</a>';
    const text = await transform(t, document);
    if (text !== undefined) assert.match(text, /^<p><\/p>/);
  });

  it('what is neither XML nor HTML is an error of the source', async (t) => {
    if (!(await requirePrograms(t, { xsltproc: 'xsltproc' }))) return;
    await assert.rejects(transform(t, 'no feature'), SourceError);
  });

  it('a stylesheet that is broken is an error of the source, which says nothing of files', async (t) => {
    if (!(await requirePrograms(t, { xsltproc: 'xsltproc' }))) return;
    await assert.rejects(transform(t, '<a/>', '<xsl:broken'), {
      name: 'SourceError',
      message: 'cannot transform feature info',
    });
  });
});
