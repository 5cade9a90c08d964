import { z } from 'zod';
import type { Request } from '../../http/request.ts';
import { getLogger } from '../../log.ts';
import { answerToEnd } from '../answer-end.ts';
import { type AccessRecord, combinedLine, jsonFields, jsonLine } from './access-line.ts';
import { credentialsOf } from './basic-auth.ts';
import { defineFilter, type OpenFilter } from './contract.ts';
import { LogFile } from './log-file.ts';

/** Tells each answered request to the logger `mapgate.access`, or writes it to a file. */
export default defineFilter({
  type: 'access-log',
  options: z.strictObject({
    /** Written to instead of the logger; opened again when it was moved away. */
    file: z.string().optional(),
    format: z.enum(['combined', 'json']).default('combined'),
  }),
  build({ file, format }, { resolvePath }) {
    if (file !== undefined) {
      const log = new LogFile(resolvePath(file));
      const print = format === 'json' ? jsonLine : combinedLine;
      return { ...accessLog((record) => log.write(`${print(record)}\n`)), close: () => log.close() };
    }
    const log = getLogger('mapgate.access');
    return accessLog(
      format === 'json' ? (record) => log.info(jsonFields(record)) : (record) => log.info(combinedLine(record)),
    );
  },
});

function accessLog(tell: (record: AccessRecord) => void): OpenFilter {
  return {
    filter: (application) => (request) => {
      const time = new Date();
      const begun = performance.now();
      return answerToEnd(application, request, (status, bytes) =>
        tell({ ...described(request, status), time, status, bytes, milliseconds: performance.now() - begun }),
      );
    },
  };
}

function described(request: Request, status: number) {
  const path = request.scriptName + request.pathInfo;
  return {
    remoteAddress: request.clientAddress ?? '',
    // A filter below may have checked the password; where it refused, the name is only what somebody claims to be.
    user: request.variable('REMOTE_USER') ?? (status === 401 ? undefined : credentialsOf(request)?.name),
    method: request.method,
    uri: request.variable('REQUEST_URI') ?? (request.queryString === '' ? path : `${path}?${request.queryString}`),
    protocol: request.variable('SERVER_PROTOCOL') ?? 'HTTP/1.1',
    referer: request.header('Referer'),
    userAgent: request.header('User-Agent'),
  };
}
