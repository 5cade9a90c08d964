import { Command } from 'commander';
import { configurationSchema } from '../config/index.ts';
import { checkEverything } from '../deploy/check.ts';
import { DEFAULT_TARGET } from '../deploy/target.ts';
import { ConfigError } from '../http/errors.ts';

/** `mapgate check TARGET`: every problem of a configuration at once; exit code 0 fine, 1 warnings only, 2 errors. */
export function checkCommand(): Command {
  return new Command('check')
    .description('check a deployment file, a mapproxy.yaml or a directory of projects, and print all problems')
    .argument('[target]', 'what to check', DEFAULT_TARGET)
    .option('--json', 'print the problems as JSON')
    .option('--schema', 'print the JSON Schema of mapproxy.yaml, for editors, and check nothing')
    .addHelpText('after', '\nExit code: 0 all is well, 1 there are warnings, 2 there are errors.')
    .action(check);
}

const EXIT_WARNINGS = 1;
const EXIT_ERRORS = 2;

async function check(target: string, flags: { json?: true; schema?: true }): Promise<void> {
  if (flags.schema === true) {
    process.stdout.write(`${JSON.stringify(configurationSchema(), undefined, 2)}\n`);
    return;
  }
  const problems = await checkEverything(target);
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify(problems, undefined, 2)}\n`);
  } else {
    for (const { severity, message, place } of problems) {
      process.stdout.write(`${severity}: ${new ConfigError(message, place).message}\n`);
    }
    const warnings = problems.length - errors;
    process.stdout.write(problems.length === 0 ? `${target}: fine\n` : `${errors} errors, ${warnings} warnings\n`);
  }
  if (problems.length > 0) process.exitCode = errors > 0 ? EXIT_ERRORS : EXIT_WARNINGS;
}
