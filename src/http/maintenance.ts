/** Work on stored tiles that an operator asks for. */
export interface MaintenanceTask {
  /** Purge: forget tiles. Refresh: make them anew. */
  readonly action: 'purge' | 'refresh';
  /** Name of a cache, or of a layer: then all caches that it shows. */
  readonly target: string;
  /** In `srs`; undefined: the whole of each grid. */
  readonly bbox?: readonly [west: number, south: number, east: number, north: number];
  /** Of the bbox: `EPSG:4326`. Undefined: that of each grid. */
  readonly srs?: string;
  /** First and last level; undefined: all. */
  readonly levels?: readonly [first: number, last: number];
}

/** How far the work is. */
export interface MaintenanceProgress {
  readonly done: number;
  readonly total: number;
  readonly failed: number;
  readonly isFinished: boolean;
  /** Why it could not be begun, or ended early. */
  readonly error?: string;
}

/**
 * Does the work, and tells how far it is now and then. Never rejects: the last call of `tell` has `isFinished`.
 *
 * @param signal ends it early
 * @returns false where there is no such cache or layer; then nothing was told
 */
export type Maintenance = (
  task: MaintenanceTask,
  tell: (progress: MaintenanceProgress) => void,
  signal: AbortSignal,
) => Promise<boolean>;
