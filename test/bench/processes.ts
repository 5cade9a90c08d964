import { readdirSync, readFileSync } from 'node:fs';

/** CPU time so far of the threads that a process has, in nanoseconds, as the scheduler counts it. */
export function cpuTime(pid: number): number {
  let total = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    total += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]);
  }
  return total;
}

/** Of Linux on all its platforms. */
const TICK_NANOSECONDS = 10_000_000;

/**
 * The same with threads that have ended, such as those of an imaging library, in steps of 10 ms; from the kernel's own
 * accounts of user and system time.
 */
export function cpuTimeOfAll(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, in parentheses, may hold anything; user and system time are the 14th and 15th field.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_NANOSECONDS;
}
