import { ConfigError } from '../../http/errors.ts';

/** Capabilities list each value: more than these make them unusable, and are a mistake in the period. */
const MAX_VALUES = 10_000;

const INSTANT = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?Z?)?)?)?$/;
const PERIOD = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

interface Period {
  readonly months: number;
  readonly milliseconds: number;
}

/**
 * The values of a time dimension written as `start/end/period`, `start/period` or a single instant (row LYR-11;
 * ISO 8601, OGC 06-042 annex D). All are in UTC, written as exactly as the start: `2020`, `2020-08-25`,
 * `2020-08-25T06:00:00Z`. A start with a period alone means the start and one step, as in MapProxy.
 *
 * @throws ConfigError for what cannot be read or has no end
 */
export function timeValues(text: string): string[] {
  const [startText = '', endText, periodText, ...more] = text.trim().split('/');
  if (endText === undefined) return [startText];
  const period = readPeriod(periodText ?? endText);
  const start = readInstant(startText);
  if (more.length > 0 || period === undefined || start === undefined) throw unreadable(text);
  const end = periodText === undefined ? stepFrom(start, period, 1) : readInstant(endText);
  if (end === undefined) throw unreadable(text);
  const values: string[] = [];
  for (let time = start; time <= end; time = stepFrom(start, period, values.length)) {
    if (values.length === MAX_VALUES) throw new ConfigError(`'${text}' has more than ${MAX_VALUES} values`);
    values.push(written(time, startText));
  }
  if (values.length === 0) throw new ConfigError(`'${text}' ends before it starts`);
  return values;
}

function unreadable(text: string): ConfigError {
  return new ConfigError(`'${text}' is no time range such as 2020-08-25T00:00:00Z/2020-08-26T00:00:00Z/PT3H`);
}

/** Milliseconds since 1970. */
function readInstant(text: string): number | undefined {
  const parts = INSTANT.exec(text.trim());
  if (parts === null) return undefined;
  const [, year, month = '01', day = '01', hour = '00', minute = '00', second = '00', fraction = '0'] = parts;
  const time = Date.parse(
    `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}Z`,
  );
  return Number.isNaN(time) ? undefined : time;
}

function readPeriod(text: string): Period | undefined {
  const parts = PERIOD.exec(text.trim());
  if (parts === null) return undefined;
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = parts
    .slice(1)
    .map((part) => Number(part ?? 0));
  const period = {
    months: years * 12 + months,
    milliseconds: ((((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000,
  };
  return period.months === 0 && period.milliseconds === 0 ? undefined : period;
}

/** Counted from the start, so that the end of a month is not lost on the way: 31 January, 29 February, 31 March. */
function stepFrom(start: number, { months, milliseconds }: Period, steps: number): number {
  const date = new Date(start);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months * steps);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, lastDay));
  return date.getTime() + milliseconds * steps;
}

const DATE_LENGTH = 'YYYY-MM-DD'.length;

function written(time: number, like: string): string {
  const text = new Date(time).toISOString();
  const { length } = like.trim();
  if (length <= DATE_LENGTH) return text.slice(0, length);
  return text.endsWith('.000Z') ? `${text.slice(0, -'.000Z'.length)}Z` : text;
}
