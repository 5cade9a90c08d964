import type { Application } from '../../http/application.ts';
import { ListenerRun, type NodeListener } from './listener-run.ts';

/**
 * Runs a Node listener (Express, Koa's `callback()`, Fastify's `routing`, a handler of `node:http`) behind every
 * gateway. Request and answer are Node's own classes, without a connection:
 *
 * - `req.url` is below the mount; `req.baseUrl` is the mount and `req.originalUrl` both, as Express has it.
 * - `req.socket` tells the client's address, and `encrypted` whether it came by https; there is nothing to read there.
 * - A client that goes away ends `req` with 'aborted', and both `req` and `res` with 'close'.
 * - What the listener throws before its answer begins is logged and answered with 500; later, the answer breaks off.
 * - 100-continue, early hints, trailers and changes of protocol are not passed on: CGI has no place for them.
 *
 * @example
 * ```js
 * import express from 'express';
 * import { fromNodeListener } from 'mapgate';
 *
 * const app = express();
 * app.get('/hello', (req, res) => res.send(`hello from ${req.baseUrl}`));
 * export const application = fromNodeListener(app);
 * ```
 */
export function fromNodeListener(listener: NodeListener): Application {
  return (request) => new ListenerRun(request).run(listener);
}
