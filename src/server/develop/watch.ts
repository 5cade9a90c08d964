import { type FSWatcher, watch } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { type Stamps, takeStamps } from '../../app/projects-stamps.ts';

/** What an application was read from. Paths are absolute. */
export interface Sources {
  readonly files: readonly string[];
  /** Folders of which every file with one of these endings counts, also in folders below if `deep`. */
  readonly folders: readonly SourceFolder[];
}

export interface SourceFolder {
  readonly folder: string;
  readonly endings: ReadonlySet<string>;
  readonly deep: boolean;
}

/** Milliseconds from a file system's event to a look at the files: editors write in several steps. */
const DEBOUNCE = 40;

/** Milliseconds between looks without an event: network drives and containers' mounts have none. */
const POLL_INTERVAL = 700;

/** Folders that hold no code of the developers' own. */
const FOREIGN = new Set(['node_modules']);

/** Folders searched below one; a home directory must not bring the machine to its knees. */
const MAX_FOLDERS = 2_000;

/**
 * Watches the files that an application was read from. Events only say when to look: what counts is whether a file is
 * another than it was, so that touching what is no source, or writing the same anew by renaming, costs a look at most.
 */
export class SourceWatcher {
  readonly #onChange: (files: string[]) => void;
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #poll: NodeJS.Timeout;
  #sources: Sources = { files: [], folders: [] };
  #stamps: Stamps = new Map();
  #round = 0;
  #looking: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param onChange called with the files that changed, at most once for each call of `watch` */
  constructor(onChange: (files: string[]) => void) {
    this.#onChange = onChange;
    this.#poll = setInterval(() => void this.#look(), POLL_INTERVAL);
  }

  /**
   * Watches these from now on, and no others. Changes since `startedAt`, in milliseconds since 1970, when reading them
   * began, are told before it resolves.
   */
  async watch(sources: Sources, startedAt: number): Promise<void> {
    const round = ++this.#round;
    const { files, folders } = await listSources(sources);
    const stamps = await takeStamps(files, startedAt);
    if (round !== this.#round) return;
    this.#sources = sources;
    this.#stamps = stamps;
    this.#watchFolders(new Set([...folders, ...files.map((file) => dirname(file))]));
    // One that began before knows nothing of these.
    await this.#looking;
    await this.#look();
  }

  close(): void {
    this.#round++;
    this.#stamps = new Map();
    clearInterval(this.#poll);
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #watchFolders(wanted: ReadonlySet<string>): void {
    for (const [folder, watcher] of this.#watchers) {
      if (wanted.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of wanted) if (!this.#watchers.has(folder)) this.#watchFolder(folder);
  }

  /** Where there is nothing to watch, or no more watching to be had, the regular look must do. */
  #watchFolder(folder: string): void {
    try {
      const watcher = watch(folder, () => this.#lookSoon());
      watcher.on('error', () => {
        watcher.close();
        this.#watchers.delete(folder);
      });
      this.#watchers.set(folder, watcher);
    } catch {
      this.#watchers.delete(folder);
    }
  }

  #lookSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#looking === undefined) void this.#look();
      else this.#lookSoon();
    }, DEBOUNCE);
  }

  #look(): Promise<void> {
    this.#looking ??= this.#compare().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #compare(): Promise<void> {
    const round = this.#round;
    const before = this.#stamps;
    if (before.size === 0) return;
    const { files } = await listSources(this.#sources);
    const now = await takeStamps([...before.keys(), ...files], Infinity);
    if (round !== this.#round) return;
    const changed = [...now.keys()].filter((file) => now.get(file) !== before.get(file));
    if (changed.length === 0) return;
    this.#stamps = new Map();
    this.#onChange(changed);
  }
}

/** The files that are there, and the folders searched for them. */
export async function listSources({ files, folders }: Sources): Promise<{ files: string[]; folders: string[] }> {
  const listed = { files: [...files], folders: [] as string[] };
  for (const { folder, endings, deep } of folders) {
    const waiting = [folder];
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      listed.folders.push(next);
      if (listed.folders.length > MAX_FOLDERS) break;
      for (const entry of await readdir(next, { withFileTypes: true }).catch(() => [])) {
        if (entry.name.startsWith('.') || FOREIGN.has(entry.name)) continue;
        if (entry.isDirectory() && deep) waiting.push(join(next, entry.name));
        else if (endings.has(extname(entry.name))) listed.files.push(join(next, entry.name));
      }
    }
  }
  return { files: [...new Set(listed.files)], folders: listed.folders };
}
