import { z } from 'zod';
import { filterDefinitions } from '../app/filters/index.ts';
import { DEFAULT_PACKET_SIZE, MAX_PACKET_SIZE } from '../gateway/ajp/codes.ts';

/**
 * What may stand in a deployment file, part by part: each part is checked by its own schema, so that what is wrong can be
 * told where it is. References and what goes with what are checked by the readers of the parts.
 */

/** A filter: `use` and the options of that filter beside it. */
export const filterSchema = z.looseObject({
  /** The name of a filter, or the path of a module that exports `filter`. */
  use: z.string(),
});

/** One application. */
export const appSchema = z.strictObject({
  mapproxy: z.string().optional(),
  projects: z.string().optional(),
  module: z.string().optional(),
  allow_listing: z.boolean().optional(),
  limit: z.int().positive().optional(),
  /** Modules with hooks, relative to the deployment file. */
  authorize: z.string().optional(),
  decorate: z.string().optional(),
  intercept: z.string().optional(),
  filters: z.array(filterSchema).optional(),
});

/** An address; a bare port may be written without quotes. */
const addressSchema = z.union([z.string(), z.int()]);

const accountSchema = z.union([z.string(), z.int().nonnegative()]);

/** Permission bits of a socket, in quotes: "0660". */
export const OCTAL_MODE = /^0?[0-7]{3}$/;

/** Bytes, or a number with K, M or G. */
const sizeSchema = z.union([
  z.int().nonnegative(),
  z.string().regex(/^\d+\s*[KMG]?i?B?$/i, 'expected bytes, or a number with K, M or G'),
]);

/** Seconds, or a number with ms, s or m; 0: no limit. */
const timeLimitSchema = z.union([
  z.number().nonnegative(),
  z.string().regex(/^\d+(\.\d+)?\s*(ms|s|m)$/, 'expected seconds, or a number with ms, s or m'),
]);

/** Which of these a protocol has, and from where to where each may go, is checked by the reader. */
export const limitsSchema = z.strictObject({
  params_bytes: sizeSchema.optional(),
  params_pairs: z.int().positive().optional(),
  requests_per_connection: z.int().positive().optional(),
  stdin_bytes: sizeSchema.optional(),
  stdin_window: sizeSchema.optional(),
  output_window: sizeSchema.optional(),
  connections: z.int().nonnegative().optional(),
  header_timeout: timeLimitSchema.optional(),
  idle_timeout: timeLimitSchema.optional(),
  write_timeout: timeLimitSchema.optional(),
  body_timeout: timeLimitSchema.optional(),
});

export const listenSchema = z.strictObject({
  fastcgi: addressSchema.optional(),
  http: addressSchema.optional(),
  scgi: addressSchema.optional(),
  ajp: addressSchema.optional(),
  /** A number is refused by the reader, which can say better why. */
  mode: z.union([z.string(), z.number()]).optional(),
  owner: accountSchema.optional(),
  group: accountSchema.optional(),
  backlog: z.int().positive().optional(),
  secret: z.string().min(1).optional(),
  packet_size: z.int().min(DEFAULT_PACKET_SIZE).max(MAX_PACKET_SIZE).optional(),
  /** Addresses and CIDR blocks of the web servers that may connect over TCP. */
  allow: z.array(z.string()).optional(),
  /** Checked by `limitsSchema`. */
  limits: z.unknown().optional(),
});

export const countSchema = z.union([z.literal('auto'), z.int().positive()]);

export const workersSchema = z.strictObject({
  count: countSchema.optional(),
  recycle_after: z.int().nonnegative().optional(),
  memory_limit: z.union([z.int().nonnegative(), z.string()]).optional(),
  drain_timeout: z.number().positive().optional(),
});

const levelSchema = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']);

export const logSchema = z.strictObject({
  level: levelSchema.optional(),
  format: z.enum(['json', 'readable']).optional(),
  loggers: z.record(z.string(), levelSchema).optional(),
  /** Relative to the deployment file. */
  file: z.string().min(1).optional(),
});

/** Seconds, or a number with ms, s or m. */
export const durationSchema = z.union([z.number().positive(), z.string().regex(/^\d+(\.\d+)?\s*(ms|s|m)$/)]);

/** The top of the file; its parts are checked each by its own schema. */
export const fileSchema = z.strictObject({
  app: z.unknown().optional(),
  mounts: z.record(z.string(), z.unknown()).optional(),
  filters: z.array(z.unknown()).optional(),
  /** Modules with kinds of sources, stores and services for all map proxies, relative to the deployment file. */
  plugins: z.array(z.string()).optional(),
  mount: z.string().optional(),
  /** Addresses, CIDR blocks, and `unix`. */
  trusted_peers: z.array(z.string()).optional(),
  listen: z.array(z.unknown()).optional(),
  workers: z.unknown().optional(),
  log: z.unknown().optional(),
  /** A unix socket or a loopback address. */
  admin: addressSchema.optional(),
  slow_request: durationSchema.optional(),
  /** Relative to the deployment file. */
  pid_file: z.string().min(1).optional(),
});

export type FileContent = z.infer<typeof fileSchema>;

/** The JSON Schema of a deployment file, for editors. */
export function deploymentSchema(): object {
  const filters = z.array(z.union([...filterDefinitions.map(filterOfKind), filterModuleSchema]));
  const app = appSchema.extend({ filters: filters.optional() });
  const listen = listenSchema.extend({
    mode: z.string().regex(OCTAL_MODE).optional(),
    limits: limitsSchema.optional(),
  });
  const whole = fileSchema.extend({
    app: app.optional(),
    mounts: z.record(z.string(), app).optional(),
    filters: filters.optional(),
    listen: z.array(listen).optional(),
    workers: z.union([countSchema, workersSchema]).optional(),
    log: logSchema.optional(),
  });
  return { title: 'Mapgate deployment file', ...z.toJSONSchema(whole, { io: 'input' }) };
}

const filterModuleSchema = z.looseObject({ use: z.string().regex(/^\.{0,2}\//) });

function filterOfKind({ type, options }: (typeof filterDefinitions)[number]): z.ZodType {
  const use = z.literal(type);
  return options instanceof z.ZodObject ? options.extend({ use }) : z.looseObject({ use });
}
