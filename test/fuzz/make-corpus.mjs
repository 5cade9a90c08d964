// Writes the seeds of the fuzzer: what real web servers send, and each kind of record once.
//   node make-corpus.mjs FOLDER
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: node make-corpus.mjs FOLDER');
mkdirSync(folder, { recursive: true });

const record = (type, id, content, padding = 0) =>
  Buffer.concat([
    Buffer.from([1, type, id >> 8, id & 255, content.length >> 8, content.length & 255, padding, 0]),
    content,
    Buffer.alloc(padding),
  ]);
const length = (n) => (n < 128 ? Buffer.from([n]) : Buffer.from([0x80 | (n >>> 24), n >>> 16, n >>> 8, n]));
const pair = (name, value) => Buffer.concat([length(name.length), length(value.length), Buffer.from(name + value)]);
const begin = (id, role, flags) => record(1, id, Buffer.from([0, role, flags, 0, 0, 0, 0, 0]));
const nothing = Buffer.alloc(0);

const params = Buffer.concat([
  pair('SCRIPT_NAME', '/mapproxy'),
  pair('PATH_INFO', '/service'),
  pair('QUERY_STRING', 'LAYERS=a&'.repeat(20)),
  pair('HTTP_X', ''),
]);
const get = (id, flags) =>
  Buffer.concat([begin(id, 1, flags), record(4, id, params, 5), record(4, id, nothing), record(5, id, nothing)]);

const seeds = {
  'one-request': get(1, 0),
  'two-kept': Buffer.concat([get(1, 1), get(1, 1)]),
  'mixed-ids': Buffer.concat([
    begin(1, 1, 1),
    begin(3, 1, 1),
    record(4, 1, params.subarray(0, 20)),
    record(4, 3, params),
    record(4, 1, params.subarray(20)),
    record(4, 3, nothing),
    record(5, 3, Buffer.from('body'), 4),
    record(2, 1, nothing),
  ]),
  management: Buffer.concat([
    record(9, 0, pair('FCGI_MAX_CONNS', '')),
    record(77, 0, Buffer.from('?')),
    record(11, 0, nothing),
  ]),
  'wrong-version': Buffer.from([9, 1, 0, 1, 0, 8, 0, 0]),
  pairs: params,
};
// The first byte tells the fuzzer how to cut.
for (const [name, bytes] of Object.entries(seeds))
  writeFileSync(join(folder, name), Buffer.concat([Buffer.from([7]), bytes]));
