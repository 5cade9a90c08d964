import { setMaxListeners } from 'node:events';

/**
 * What makes the signal of a request. Any number of pieces of work may wait for it at once (a map of many missing tiles
 * has one for each), and each takes its listener away again; Node 20 takes more than ten listeners for a leak and warns.
 */
export function requestAbort(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
