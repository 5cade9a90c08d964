import { Argument, Command } from 'commander';
import { deploymentSchema } from '../deploy/schema.ts';

/** The files that editors can check. */
const SCHEMAS = {
  'mapgate.yaml': async () => deploymentSchema(),
  // Loaded on use: it knows all the kinds, and so loads them.
  'mapproxy.yaml': async () => (await import('../config/json-schema.ts')).configurationSchema(),
} as const;

/** `mapgate schema FILE`: the JSON Schema of a kind of file, for editors. */
export function schemaCommand(): Command {
  return new Command('schema')
    .description('print the JSON Schema of mapgate.yaml or mapproxy.yaml, for editors')
    .addArgument(new Argument('<file>', 'which of them').choices(Object.keys(SCHEMAS)))
    .addHelpText('after', '\nEditors find it by a first line: # yaml-language-server: $schema=mapproxy.schema.json')
    .action(print);
}

async function print(file: keyof typeof SCHEMAS): Promise<void> {
  process.stdout.write(`${JSON.stringify(await SCHEMAS[file](), undefined, 2)}\n`);
}
