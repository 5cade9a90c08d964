import { stat } from 'node:fs/promises';

/** What tells one version of each file from another. */
export type Stamps = ReadonlyMap<string, string>;

/** A file that is not there, or cannot be looked at. */
const MISSING = 'missing';

/** Written while it was read, or too shortly before to tell: it must be read again. */
const UNSETTLED = 'unsettled';

/** Milliseconds: file systems round their times to the kernel's tick. */
const TICK = 10;

/** Stamps of files that were read from `startedAt` on, in milliseconds since 1970. */
export async function takeStamps(files: Iterable<string>, startedAt: number): Promise<Stamps> {
  const entries = [...new Set(files)].map(async (file): Promise<[string, string]> => {
    const { stamp, time } = await stampOf(file);
    return [file, time > startedAt - TICK ? UNSETTLED : stamp];
  });
  return new Map(await Promise.all(entries));
}

/** Whether any of the files is another than it was. */
export async function haveChanged(stamps: Stamps): Promise<boolean> {
  const changes = [...stamps].map(async ([file, before]) => (await stampOf(file)).stamp !== before);
  return (await Promise.all(changes)).includes(true);
}

/** Size and inode too: a file put back from a backup has an older time. */
async function stampOf(file: string): Promise<{ stamp: string; time: number }> {
  try {
    const { mtimeMs, size, ino } = await stat(file);
    return { stamp: `${mtimeMs} ${size} ${ino}`, time: mtimeMs };
  } catch {
    return { stamp: MISSING, time: -Infinity };
  }
}
