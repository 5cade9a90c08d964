// Preloaded into a process to see what happens where the first choice of SQLite library cannot be loaded.
const Module = require('node:module');

const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...others) {
  if (request === 'better-sqlite3') throw new Error('better-sqlite3 is hidden');
  return resolve.call(this, request, ...others);
};
