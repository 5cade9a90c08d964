import { readdirSync, readFileSync } from 'node:fs';

/** CPU time of all threads of a process so far, in nanoseconds, as the scheduler counts it. */
export function cpuTime(pid: number): number {
  let total = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    total += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]);
  }
  return total;
}
