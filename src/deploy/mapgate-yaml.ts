import { dirname, resolve } from 'node:path';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import type { AppTarget } from '../app/open.ts';
import { DEFAULT_PACKET_SIZE, MAX_PACKET_SIZE } from '../gateway/ajp/codes.ts';
import { ConfigError } from '../http/errors.ts';
import { type Address, parseAddress } from '../server/address.ts';
import type { Deployment, Listen, Protocol } from '../server/deployment.ts';
import { groupId, userId } from './accounts.ts';
import { workerSettings } from './workers.ts';

const PROTOCOLS: readonly Protocol[] = ['fastcgi', 'http', 'scgi', 'ajp'];

const appSchema = z.strictObject({ mapproxy: z.string().optional(), module: z.string().optional() });

const listenSchema = z.strictObject({
  fastcgi: z.coerce.string().optional(),
  http: z.coerce.string().optional(),
  scgi: z.coerce.string().optional(),
  ajp: z.coerce.string().optional(),
  mode: z
    .string()
    .regex(/^0?[0-7]{3}$/, 'must be an octal mode in quotes, as "0660"')
    .optional(),
  owner: z.union([z.string(), z.int().nonnegative()]).optional(),
  group: z.union([z.string(), z.int().nonnegative()]).optional(),
  backlog: z.int().positive().optional(),
  secret: z.string().min(1).optional(),
  packet_size: z.int().min(DEFAULT_PACKET_SIZE).max(MAX_PACKET_SIZE).optional(),
});

const levelSchema = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']);

const workersSchema = z.union([
  z.literal('auto'),
  z.int().positive(),
  z.strictObject({
    count: z.union([z.literal('auto'), z.int().positive()]).optional(),
    recycle_after: z.int().nonnegative().optional(),
    memory_limit: z.union([z.int().nonnegative(), z.string()]).optional(),
    drain_timeout: z.number().positive().optional(),
  }),
]);

const fileSchema = z.strictObject({
  app: appSchema,
  mount: z.string().optional(),
  listen: z.array(listenSchema).optional(),
  workers: workersSchema.optional(),
  log: z
    .strictObject({
      level: levelSchema.optional(),
      format: z.enum(['json', 'readable']).optional(),
      loggers: z.record(z.string(), levelSchema).optional(),
    })
    .optional(),
});

type FileContent = z.infer<typeof fileSchema>;

/** Where `mapgate serve` listens when nothing is said; relative to the working directory. */
export const DEFAULT_LISTEN = 'unix:var/fcgi-socket';

/**
 * Reads a deployment file. Paths in it are relative to it.
 *
 * @throws ConfigError with file, line, column and key of the first problem.
 */
export function readDeployment(file: string, text: string): Deployment {
  const lines = new LineCounter();
  const document = parseDocument(text, { version: '1.1', lineCounter: lines, prettyErrors: false });
  const syntax = document.errors[0];
  if (syntax !== undefined) {
    const { line, col } = lines.linePos(syntax.pos[0]);
    throw new ConfigError(syntax.message, { file, line, column: col });
  }
  const checked = fileSchema.safeParse(document.toJS());
  const place = (path: readonly PropertyKey[]) => placeOf(file, document, lines, path);
  if (!checked.success) {
    const issue = checked.error.issues[0];
    throw new ConfigError(issue?.message ?? 'invalid', place(issue?.path ?? []));
  }
  return complete(file, checked.data, place);
}

type PlaceOf = (path: readonly PropertyKey[]) => { file: string; line?: number; column?: number; path?: string };

function complete(file: string, content: FileContent, place: PlaceOf): Deployment {
  const base = dirname(resolve(file));
  const listen = content.listen?.map((entry, index) => listenOf(entry, base, place(['listen', index])));
  return {
    app: appOf(content.app, base, place(['app'])),
    mount: content.mount ?? null,
    listen: listen ?? [{ protocol: 'fastcgi', address: parseAddress(`unix:${resolve(base, 'var/fcgi-socket')}`) }],
    workers: workerSettings(
      typeof content.workers === 'object' ? content.workers : { count: content.workers },
      place(['workers']),
    ),
    log: {
      level: content.log?.level ?? 'info',
      format: content.log?.format ?? null,
      loggers: content.log?.loggers ?? {},
    },
  };
}

function appOf(app: FileContent['app'], base: string, place: ReturnType<PlaceOf>): AppTarget {
  const { mapproxy, module } = app;
  if (mapproxy !== undefined && module === undefined) return { kind: 'mapproxy', file: resolve(base, mapproxy) };
  if (module !== undefined && mapproxy === undefined) return { kind: 'module', file: resolve(base, module) };
  throw new ConfigError('needs exactly one of mapproxy, module', place);
}

function listenOf(entry: z.infer<typeof listenSchema>, base: string, place: ReturnType<PlaceOf>): Listen {
  const protocols = PROTOCOLS.filter((protocol) => entry[protocol] !== undefined);
  const protocol = protocols[0];
  if (protocol === undefined || protocols.length > 1) {
    throw new ConfigError(`needs exactly one of ${PROTOCOLS.join(', ')}`, place);
  }
  if (protocol !== 'ajp' && (entry.secret ?? entry.packet_size) !== undefined) {
    throw new ConfigError('secret and packet_size are for ajp', place);
  }
  try {
    return {
      protocol,
      address: relativeTo(base, parseAddress(entry[protocol] ?? '')),
      ...(entry.mode === undefined ? {} : { mode: Number.parseInt(entry.mode, 8) }),
      ...(entry.owner === undefined ? {} : { owner: userId(entry.owner) }),
      ...(entry.group === undefined ? {} : { group: groupId(entry.group) }),
      ...(entry.backlog === undefined ? {} : { backlog: entry.backlog }),
      ...(entry.secret === undefined ? {} : { secret: entry.secret }),
      ...(entry.packet_size === undefined ? {} : { packetSize: entry.packet_size }),
    };
  } catch (error) {
    throw new ConfigError(error instanceof Error ? error.message : String(error), place);
  }
}

function relativeTo(base: string, address: Address): Address {
  return address.kind === 'unix' ? { kind: 'unix', path: resolve(base, address.path) } : address;
}

function placeOf(file: string, document: Document, lines: LineCounter, path: readonly PropertyKey[]) {
  const node = document.getIn(path, true);
  const offset = isNode(node) ? node.range?.[0] : undefined;
  const position = offset === undefined ? undefined : lines.linePos(offset);
  return {
    file,
    ...(position === undefined ? {} : { line: position.line, column: position.col }),
    path: path.map(String).join('.'),
  };
}
