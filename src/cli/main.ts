#!/usr/bin/env node
import { Command } from 'commander';
import { ConfigError } from '../http/errors.ts';
import { StartError } from '../server/start-error.ts';
import { VERSION } from '../version.ts';

/** Wrong usage or configuration; row SEED-12 and gunicorn's users know 2 for it. */
const EXIT_USAGE = 2;

/** In the order of the help. Each is loaded when it is called: a ping need not wait for all that draws maps. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import('./serve.ts')).serveCommand(),
  'serve-develop': async () => (await import('./serve-develop.ts')).serveDevelopCommand(),
  'serve-multiapp-develop': async () => (await import('./serve-develop.ts')).serveMultiappDevelopCommand(),
  create: async () => (await import('./create.ts')).createCommand(),
  check: async () => (await import('./check.ts')).checkCommand(),
  ping: async () => (await import('./ping.ts')).pingCommand(),
  schema: async () => (await import('./schema.ts')).schemaCommand(),
};

const program = new Command('mapgate')
  .description('Map proxy and tile cache that web servers talk to over FastCGI.')
  .version(`mapgate ${VERSION}`)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : EXIT_USAGE))
  .showHelpAfterError('(mapgate --help tells the commands)');

const asked = Object.keys(COMMANDS).filter((name) => name === process.argv[2]);
// The help, and what is said of an unknown command, tell all of them.
for (const name of asked.length > 0 ? asked : Object.keys(COMMANDS)) {
  const load = COMMANDS[name];
  if (load !== undefined) program.addCommand(await load());
}
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
