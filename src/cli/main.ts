#!/usr/bin/env node
import { Command } from 'commander';
import { ConfigError } from '../http/errors.ts';
import { StartError } from '../server/start-error.ts';
import { VERSION } from '../version.ts';
import { checkCommand } from './check.ts';
import { createCommand } from './create.ts';
import { pingCommand } from './ping.ts';
import { schemaCommand } from './schema.ts';
import { serveCommand } from './serve.ts';
import { serveDevelopCommand, serveMultiappDevelopCommand } from './serve-develop.ts';

/** Wrong usage or configuration; row SEED-12 and gunicorn's users know 2 for it. */
const EXIT_USAGE = 2;

const program = new Command('mapgate')
  .description('Map proxy and tile cache that web servers talk to over FastCGI.')
  .version(`mapgate ${VERSION}`)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : EXIT_USAGE))
  .showHelpAfterError('(mapgate --help tells the commands)');

program.addCommand(serveCommand());
program.addCommand(serveDevelopCommand());
program.addCommand(serveMultiappDevelopCommand());
program.addCommand(createCommand());
program.addCommand(checkCommand());
program.addCommand(pingCommand());
program.addCommand(schemaCommand());
for (const command of program.commands) command.copyInheritedSettings(program);

// Whoever reads the output, as `head`, may have enough of it.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await program.parseAsync();
} catch (error) {
  const told =
    error instanceof ConfigError || error instanceof StartError || (error instanceof Error && 'code' in error);
  const text = error instanceof Error ? (told ? error.message : (error.stack ?? error.message)) : String(error);
  process.stderr.write(`mapgate: ${text}\n`);
  process.exitCode = EXIT_USAGE;
}
