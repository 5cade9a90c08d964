// Writes tiles into a file cache and an MBTiles cache without end, until it is killed. Each body is one byte repeated, as
// often as its coordinate says, so that half of one shows.
import { pathToFileURL } from 'node:url';

const [dist, folder] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(`${dist}/${path}`));
const { FileStore } = await load('cache/store/file/store.js');
const { LAYOUTS } = await load('cache/store/file/layouts.js');
const { MbtilesStore } = await load('cache/store/mbtiles/store.js');
const { TileMemory } = await load('cache/store/tile-memory.js');

const memory = new TileMemory(0);
const permissions = { directory: undefined, file: undefined };
const mimeTypeOf = () => 'image/png';
const files = new FileStore(`${folder}/files`, LAYOUTS.tms, { extension: 'png', permissions, mimeTypeOf, memory });
const mbtiles = new MbtilesStore(`${folder}/tiles.mbtiles`, {
  ...{ timeout: 30, wal: false, name: 'x', format: 'png', permissions, mimeTypeOf },
  memory: memory.part(),
});

for (let round = 0; ; round++) {
  const tiles = Array.from({ length: 16 }, (_, x) => {
    const y = (round * 7 + process.pid) % 64;
    return { coord: [x, y, 7], body: Buffer.alloc(20_000 + 100 * y + x, (round + process.pid) % 251) };
  });
  await Promise.all([files.store(tiles), mbtiles.store(tiles)]);
  if (round === 0) console.log('writing');
}
