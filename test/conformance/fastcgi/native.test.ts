import { test } from 'node:test';
import { createResponder } from '@mapgate/fastcgi-kit';
import { conformance } from './suite.ts';

/** Why the native transport cannot run here; null when it can. */
function reasonAgainst(): string | null {
  try {
    createResponder({ transport: 'native', onRequest: () => {} }).close();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const reason = reasonAgainst();
const mayBeMissing = process.env.CI !== 'true' || process.env.MAPGATE_NO_ADDON === '1';

if (reason === null) {
  conformance('native');
} else {
  test('FastCGI 1.0 over the native transport', { skip: mayBeMissing && reason }, () => {
    throw new Error(reason);
  });
}
