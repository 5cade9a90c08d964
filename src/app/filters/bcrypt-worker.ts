import { parentPort } from 'node:worker_threads';
import bcrypt from 'bcryptjs';
import type { CompareAnswer, CompareRequest } from './bcrypt-messages.ts';

/** A thread of its own: one comparison takes as long as thousands of tiles. */
parentPort?.on('message', ({ id, password, hash }: CompareRequest) => {
  const answer: CompareAnswer = { id, isRight: bcrypt.compareSync(password, hash) };
  parentPort?.postMessage(answer);
});
