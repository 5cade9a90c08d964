import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { SourceError } from '../../http/errors.ts';
import type { HttpAnswer, SourceHttp } from '../http/client.ts';
import { MAX_RESPONSE_BYTES } from '../http/dispatchers.ts';
import { httpError } from '../http/messages.ts';

/** Tiles that lie in a folder, as a template with `file://` names them; asked for as if it were a server (row SEC-04). */
export class TileFiles implements SourceHttp {
  readonly method = 'GET';
  readonly hideDetails: boolean;

  constructor(hideDetails: boolean) {
    this.hideDetails = hideDetails;
  }

  async fetch(url: string, signal: AbortSignal): Promise<HttpAnswer> {
    try {
      const file = fileURLToPath(url);
      if ((await stat(file)).size > MAX_RESPONSE_BYTES) throw new SourceError('the file is too large for a tile');
      return { status: 200, contentType: '', body: await readFile(file, { signal }) };
    } catch (cause) {
      signal.throwIfAborted();
      if (cause instanceof SourceError) throw cause;
      const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
      throw httpError('No response from URL', { url, reason, hideDetails: this.hideDetails, cause });
    }
  }
}
