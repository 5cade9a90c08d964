import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';

/** Real programs that tests drive, and the Debian packages that carry them: `{ nginx: 'nginx-light' }`. */
export type ProgramPackages = Readonly<Record<string, string>>;

/** What decides between going on, installing, skipping and failing; tests of this file replace it. */
export interface Host {
  readonly mayInstall: boolean;
  readonly isContinuousIntegration: boolean;
  find(program: string): string | undefined;
  /** Resolves to the last lines of the output; what was installed shows in `find`. */
  install(packages: readonly string[]): Promise<string>;
}

/** An ordinary user's PATH often lacks the places where Debian keeps its servers. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Where a program is: looked up in PATH and the system's folders; an absolute name (a module) is only checked. */
export function findProgram(program: string): string | undefined {
  if (path.isAbsolute(program)) return isReadable(program, constants.R_OK) ? program : undefined;
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), ...SYSTEM_FOLDERS];
  return folders.map((folder) => path.join(folder, program)).find((file) => isReadable(file, constants.X_OK));
}

function isReadable(file: string, mode: number): boolean {
  try {
    accessSync(file, mode);
    return true;
  } catch {
    return false;
  }
}

/**
 * Makes sure that the programs are there. What is missing is installed where this may be done (root, with apt-get);
 * else the test is skipped with the command that would help, or fails where CI=true says that nothing may be skipped.
 * Returns whether the test can go on.
 */
export async function requirePrograms(
  t: TestContext,
  programs: ProgramPackages,
  host: Host = debianHost(),
): Promise<boolean> {
  const missing = () => Object.keys(programs).filter((program) => host.find(program) === undefined);
  const before = missing();
  if (before.length === 0) return true;

  const packages = [...new Set(before.map((program) => programs[program] ?? program))];
  const output = host.mayInstall ? await host.install(packages) : '';
  const after = missing();
  if (after.length === 0) return true;

  const command = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  const reason = `${after.join(', ')} not found; to install, run as root: ${command}`;
  if (host.isContinuousIntegration) throw new Error(output === '' ? reason : `${reason}\n${output}`);
  t.skip(reason);
  return false;
}

function debianHost(): Host {
  return {
    mayInstall: process.getuid?.() === 0 && findProgram('apt-get') !== undefined,
    isContinuousIntegration: process.env.CI === 'true',
    find: findProgram,
    install: installPackages,
  };
}

/**
 * Installs with what the package lists know, and again after an update: fresh containers have no lists, old ones name
 * versions that are gone. While it lasts, policy-rc.d forbids the packages to start their services; what was there is
 * put back.
 */
const INSTALL_SCRIPT = `
policy=/usr/sbin/policy-rc.d
if [ -e $policy ]; then mv $policy $policy.kept; fi
restore() { rm -f $policy; if [ -e $policy.kept ]; then mv $policy.kept $policy; fi; }
trap restore EXIT
trap 'exit 1' HUP INT TERM
printf '#!/bin/sh\\nexit 101\\n' > $policy
chmod 755 $policy
export DEBIAN_FRONTEND=noninteractive
quick="-o Acquire::Retries=1 -o Acquire::http::Timeout=20 -o DPkg::Lock::Timeout=120"
install() { apt-get $quick install -y --no-install-recommends "$@"; }
install "$@" || { apt-get $quick update && install "$@"; }
`;

/** Test files run side by side, but only one process may install: they queue for a lock on dpkg's folder. */
const LOCKED_FOLDER = '/var/lib/dpkg';
const OUTPUT_KEPT = 4000;

function installPackages(packages: readonly string[]): Promise<string> {
  const script = ['sh', '-c', INSTALL_SCRIPT, 'install', ...packages];
  const child = spawn('flock', ['--close', LOCKED_FOLDER, ...script], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-OUTPUT_KEPT);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', () => resolve(output));
  });
}
