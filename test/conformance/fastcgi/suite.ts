import { describe } from 'node:test';
import { abortTests } from './aborts.ts';
import { answerTests } from './answers.ts';
import { connectionTests } from './connections.ts';
import { lifecycleTests } from './lifecycle.ts';
import { limitTests } from './limits.ts';
import { managementTests } from './management.ts';
import { recordTests } from './records.ts';
import type { Transport } from './support.ts';
import { timeoutTests } from './timeouts.ts';

/** What every transport of the kit does, byte by byte and over real sockets. */
export function conformance(transport: Transport): void {
  describe(`FastCGI 1.0 over the ${transport} transport`, () => {
    recordTests(transport);
    managementTests(transport);
    answerTests(transport);
    connectionTests(transport);
    abortTests(transport);
    limitTests(transport);
    timeoutTests(transport);
    lifecycleTests(transport);
  });
}
