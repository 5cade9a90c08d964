import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { findProgram } from '../support/debian.ts';

const LOAD = '0';
const SERVERS = '1';

/**
 * Keeps this process, and the load that it starts, on one processor, and lets the candidates have another one to
 * themselves: one that draws on several threads would share processors with the load, the other one not.
 *
 * @returns what to put before a candidate's command; empty on a machine of one processor
 */
export function separateProcessors(): readonly string[] {
  const taskset = findProgram('taskset');
  if (taskset === undefined || availableParallelism() < 2) return [];
  const { status, stderr } = spawnSync(taskset, ['-a', '-c', '-p', LOAD, String(process.pid)], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`taskset: ${stderr}`);
  return [taskset, '-c', SERVERS];
}
