// A WMS that answers every GetMap request of 1024 x 1024 pixels with the same map, at once. A process of its own, so that
// its CPU time does not count. Prints its port.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import sharp from 'sharp';
import { mapPicture } from '../pixels/pictures.ts';

const { data, width, height, channels } = await mapPicture(1024);
const picture = sharp(data, { raw: { width, height, channels } }).removeAlpha();
const [png, jpeg] = [await picture.clone().png().toBuffer(), await picture.clone().jpeg({ quality: 95 }).toBuffer()];

const server = createServer(({ url = '' }, response) => {
  const isJpeg = /format=image(%2f|\/)jpeg/i.test(url);
  response.writeHead(200, { 'Content-Type': isJpeg ? 'image/jpeg' : 'image/png' }).end(isJpeg ? jpeg : png);
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
