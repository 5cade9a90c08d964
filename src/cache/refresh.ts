import { statSync } from 'node:fs';
import { z } from 'zod';
import { ConfigError } from '../http/errors.ts';
import { getLogger } from '../log.ts';
import { Timestamp } from '../options.ts';

const log = getLogger('mapproxy.cache.tile');

const SECONDS = { weeks: 604_800, days: 86_400, hours: 3600, minutes: 60, seconds: 1 } as const;

const count = z.number().optional();

/** `refresh_before` of a cache (row TILE-17); the first that is there counts: time, mtime, or the sum of the rest. */
export const refreshOptions = z.object({
  /** `2020-08-25T12:30:00`, local time. */
  time: z.union([z.string(), z.instanceof(Timestamp).transform(({ text }) => text)]).optional(),
  /** A file whose last change is the limit. */
  mtime: z.string().optional(),
  weeks: count,
  days: count,
  hours: count,
  minutes: count,
  seconds: count,
});

export type RefreshOptions = z.infer<typeof refreshOptions>;

/** Whether a tile made at this time, in seconds since 1970, is to be made anew. */
export type IsExpired = (timestamp: number) => boolean;

/**
 * Looks at the limit anew for every tile (row TILE-17).
 *
 * @throws ConfigError for a time that is none
 */
export function refreshRule(options: RefreshOptions, resolvePath: (path: string) => string): IsExpired {
  const limit = limitOf(options, resolvePath);
  // MapProxy's clock knows whole seconds.
  return (timestamp) => Math.trunc(timestamp) <= limit();
}

function limitOf({ time, mtime, ...spans }: RefreshOptions, resolvePath: (path: string) => string): () => number {
  if (time !== undefined) {
    const at = parseLocalTime(time);
    return () => at;
  }
  if (mtime !== undefined) return mtimeOf(resolvePath(mtime));
  const age = Object.entries(SECONDS).reduce((sum, [unit, seconds]) => {
    return sum + (spans[unit as keyof typeof SECONDS] ?? 0) * seconds;
  }, 0);
  return () => Date.now() / 1000 - age;
}

const LOCAL_TIME = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2}):(\d{2}))?$/;

/** Seconds since 1970. @throws ConfigError */
function parseLocalTime(text: string): number {
  const parts = LOCAL_TIME.exec(text);
  if (parts === null) throw new ConfigError(`can't parse time '${text}'. should be ISO time string`);
  const [year = 0, month = 1, day = 1, hours = 0, minutes = 0, seconds = 0] = parts
    .slice(1)
    .map((part) => Number(part ?? 0));
  return new Date(year, month - 1, day, hours, minutes, seconds).getTime() / 1000;
}

/** Without its file nothing expires; that is said once for each time it is missing. */
function mtimeOf(file: string): () => number {
  let isMissing = false;
  return () => {
    const stats = statSync(file, { throwIfNoEntry: false });
    if (stats !== undefined) {
      isMissing = false;
      return stats.mtimeMs / 1000;
    }
    if (!isMissing) log.error(`refresh_before: there is no file ${file}, no tile is made anew`);
    isMissing = true;
    return Number.NEGATIVE_INFINITY;
  };
}
