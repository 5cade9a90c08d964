import { createHash } from 'node:crypto';

/**
 * An application that tells what reached it, for tests of gateways and web servers:
 *
 * /env/...         the request's target, public URL and the length of X-Long, as JSON
 * /body            length and SHA-256 of the body
 * /large?BYTES     that many bytes; byte i of each 64 KiB is i modulo 251
 * /held?BYTES      so many bytes, and `end` after /release was asked for
 * /endless         pieces until nobody takes them, or there were 400
 * /state           how many endless answers were begun and how many have ended
 */
export const application = (request) => {
  const [, room] = request.pathInfo.split('/');
  const answer = ROOMS.get(room);
  return answer === undefined ? respond(404, 'text/plain', 'not found') : answer(request);
};

const ROOMS = new Map([
  ['env', (request) => json(describe(request))],
  ['body', async (request) => json(await digest(request.body))],
  ['large', (request) => respond(200, 'application/octet-stream', largeBody(Number(request.queryString)))],
  ['held', (request) => respond(200, 'text/plain', heldBody(Number(request.queryString)))],
  ['release', () => json({ released: release() })],
  ['endless', (request) => respond(200, 'application/octet-stream', endlessBody(request.signal))],
  ['state', () => json(endless)],
]);

function describe(request) {
  const { method, scriptName, pathInfo, queryString } = request;
  const { scheme, host, mount, base } = request.publicUrl;
  const longHeader = request.header('X-Long')?.length ?? 0;
  return { method, scriptName, pathInfo, queryString, publicUrl: { scheme, host, mount, base }, longHeader };
}

async function digest(body) {
  const hash = createHash('sha256');
  let length = 0;
  for await (const chunk of body) {
    hash.update(chunk);
    length += chunk.length;
  }
  return { length, sha256: hash.digest('hex') };
}

const PIECE = Buffer.from(Uint8Array.from({ length: 65_536 }, (_, index) => index % 251));

async function* largeBody(bytes) {
  for (let sent = 0; sent < bytes; sent += PIECE.length) yield PIECE.subarray(0, bytes - sent);
}

/** The answer that waits for its second half. */
let held;

async function* heldBody(bytes) {
  const released = new Promise((resolve) => {
    held = resolve;
  });
  yield Buffer.alloc(bytes, 'x');
  await released;
  yield Buffer.from('end');
}

function release() {
  const waits = held !== undefined;
  held?.();
  held = undefined;
  return waits;
}

const endless = { begun: 0, ended: 0, aborted: 0 };
const PAUSE = 5;
const MOST_PIECES = 400;

async function* endlessBody(signal) {
  endless.begun++;
  try {
    for (let sent = 0; sent < MOST_PIECES && !signal.aborted; sent++) {
      yield PIECE;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  } finally {
    endless.ended++;
    if (signal.aborted) endless.aborted++;
  }
}

function json(value) {
  return respond(200, 'application/json', JSON.stringify(value));
}

/** X-Accel-Buffering asks nginx to pass each piece on at once. */
function respond(status, type, body) {
  return { status, headers: { 'Content-Type': type, 'X-Accel-Buffering': 'no' }, body };
}
