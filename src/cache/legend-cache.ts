import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SourceError } from '../http/errors.ts';
import { joinLegends } from '../image/legend.ts';
import { getLogger } from '../log.ts';
import type { LegendAnswer, LegendQuery, LegendSource } from '../source/contract.ts';
import { RepeatedFailure } from './repeated-failure.ts';
import type { Permissions } from './store/contract.ts';
import { isMissing, writeAtomically } from './store/files.ts';

const log = getLogger('mapproxy.cache.legend');

const PICTURE_TYPE = 'image/png';

/**
 * Keeps the legends of a source as one picture, in PNG, in a directory for all (row CCH-21). What is not a picture is
 * not kept, nor is what is missing a part.
 */
export class CachedLegendSource implements LegendSource {
  readonly identifier: string;
  readonly isStatic: boolean;
  readonly #source: LegendSource;
  readonly #directory: string;
  readonly #permissions: Permissions;
  readonly #failure = new RepeatedFailure();

  constructor(source: LegendSource, directory: string, permissions: Permissions) {
    this.identifier = source.identifier;
    this.isStatic = source.isStatic;
    this.#source = source;
    this.#directory = directory;
    this.#permissions = permissions;
  }

  async getLegends(query: LegendQuery): Promise<{ legends: readonly LegendAnswer[]; complete: boolean }> {
    if (!query.format.startsWith('image/')) return this.#source.getLegends(query);
    const file = this.#file(this.isStatic ? undefined : query.scale);
    const kept = await read(file);
    if (kept !== undefined) return { legends: [{ body: kept, contentType: PICTURE_TYPE }], complete: true };
    const { legends, complete } = await this.#source.getLegends(query);
    if (legends.length === 0) return { legends, complete };
    const body = await joined(legends);
    if (complete) await this.#keep(file, body);
    return { legends: [{ body, contentType: PICTURE_TYPE }], complete };
  }

  /** A disk that is full or not writable must not keep a legend from who asked for it. */
  async #keep(file: string, body: Buffer): Promise<void> {
    try {
      await writeAtomically(file, body, this.#permissions);
    } catch (err) {
      this.#failure.happened((before) => log.error({ err }, `cannot store a legend${before}`));
    }
  }

  #file(scale: number | undefined): string {
    const key = createHash('md5')
      .update(`${this.identifier}${scale ?? 'None'}`)
      .digest('hex');
    return join(this.#directory, `${key}.png`);
  }
}

/** @throws SourceError for what only begins like a picture */
async function joined(legends: readonly LegendAnswer[]): Promise<Buffer> {
  try {
    return await joinLegends(legends.map(({ body }) => body));
  } catch (cause) {
    throw new SourceError('a legend cannot be read', { cause });
  }
}

async function read(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
