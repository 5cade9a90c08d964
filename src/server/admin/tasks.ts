import { z } from 'zod';
import type { MaintenanceProgress, MaintenanceTask } from '../../http/maintenance.ts';
import type { Supervisor } from '../supervisor.ts';
import type { WorkerHandle } from '../worker-handle.ts';

/** Work on tiles that was asked for, and how far it is. */
export interface Task extends MaintenanceTask, MaintenanceProgress {
  readonly id: number;
}

/** Tasks that are remembered when they are through. */
const REMEMBERED = 20;

const requestSchema = z
  .object({
    layer: z.string().min(1).optional(),
    cache: z.string().min(1).optional(),
    bbox: z
      .string()
      .transform((text) => text.split(',').map(Number))
      .pipe(z.tuple([z.number(), z.number(), z.number(), z.number()]))
      .optional(),
    srs: z.string().optional(),
    levels: z
      .string()
      .regex(/^\d{1,2}(-\d{1,2})?$/, 'expected a level, or first-last')
      .optional(),
  })
  .strict();

/**
 * Reads the parameters of `/purge` and `/refresh`: `layer` or `cache`, `bbox` with `srs`, `levels` (`3` or `0-7`).
 *
 * @throws RangeError that says what is wrong
 */
export function taskOf(action: MaintenanceTask['action'], parameters: URLSearchParams): MaintenanceTask {
  const read = requestSchema.safeParse(Object.fromEntries(parameters));
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new RangeError(`${issue?.path.join('.') || 'parameters'}: ${issue?.message ?? 'not understood'}`);
  }
  const { layer, cache, bbox, srs, levels } = read.data;
  const target = layer ?? cache;
  if (target === undefined || (layer !== undefined && cache !== undefined)) {
    throw new RangeError('needs exactly one of layer, cache');
  }
  if ((bbox === undefined) !== (srs === undefined)) throw new RangeError('bbox and srs go together');
  const [first = '0', last = first] = levels?.split('-') ?? [];
  return {
    action,
    target,
    ...(bbox === undefined ? {} : { bbox }),
    ...(srs === undefined ? {} : { srs }),
    ...(levels === undefined ? {} : { levels: [Number(first), Number(last)] }),
  };
}

/** Hands work on tiles to a worker each, and remembers how far it is. */
export class Tasks {
  readonly #supervisor: Supervisor;
  readonly #tasks = new Map<number, Task>();
  #lastId = 0;

  constructor(supervisor: Supervisor) {
    this.#supervisor = supervisor;
  }

  list(): Task[] {
    return [...this.#tasks.values()];
  }

  /** Undefined: no worker is there to do it. */
  begin(task: MaintenanceTask): Task | undefined {
    const worker = this.#supervisor.workers.find(({ isAccepting, draining }) => isAccepting && !draining);
    if (worker === undefined) return undefined;
    const id = ++this.#lastId;
    const begun: Task = { id, ...task, done: 0, total: 0, failed: 0, isFinished: false };
    this.#tasks.set(id, begun);
    this.#forgetOld();
    this.#follow(worker, begun);
    worker.maintain(id, task);
    return begun;
  }

  #follow(worker: WorkerHandle, { id }: Task): void {
    const stop = worker.listen((report) => {
      if (report.type !== 'progress' || report.id !== id) return;
      const { type: _, ...progress } = report;
      this.#update(id, progress);
      if (progress.isFinished) stop();
    });
    void worker.exited.then(() => {
      stop();
      const task = this.#tasks.get(id);
      if (task?.isFinished === false) this.#update(id, { isFinished: true, error: 'its worker ended' });
    });
  }

  #update(id: number, progress: Partial<MaintenanceProgress>): void {
    const task = this.#tasks.get(id);
    if (task !== undefined) this.#tasks.set(id, { ...task, ...progress });
  }

  #forgetOld(): void {
    for (const { id, isFinished } of this.list().slice(0, -REMEMBERED)) if (isFinished) this.#tasks.delete(id);
  }
}
