import { resolve } from 'node:path';
import { Argument, Command } from 'commander';
import { deploymentSchema } from '../deploy/schema.ts';

/** The files that editors can check. */
const SCHEMAS = {
  'mapgate.yaml': async () => deploymentSchema(),
  async 'mapproxy.yaml'(plugins: readonly string[]) {
    // Loaded on use: it knows all the kinds, and so loads them.
    const { configurationSchema } = await import('../config/json-schema.ts');
    const { openPlugins } = await import('../app/plugins.ts');
    const definitions = await openPlugins(plugins.map((file) => ({ file: resolve(file) })));
    return configurationSchema((await import('../config/kinds.ts')).kindsWith(definitions));
  },
} as const;

/** `mapgate schema FILE`: the JSON Schema of a kind of file, for editors. */
export function schemaCommand(): Command {
  return new Command('schema')
    .description('print the JSON Schema of mapgate.yaml or mapproxy.yaml, for editors')
    .addArgument(new Argument('<file>', 'which of them').choices(Object.keys(SCHEMAS)))
    .option('--plugin <module>', 'kinds that mapproxy.yaml may name besides; may be repeated', append)
    .addHelpText('after', '\nEditors find it by a first line: # yaml-language-server: $schema=mapproxy.schema.json')
    .action(print);
}

async function print(file: keyof typeof SCHEMAS, { plugin = [] }: { readonly plugin?: string[] }): Promise<void> {
  process.stdout.write(`${JSON.stringify(await SCHEMAS[file](plugin), undefined, 2)}\n`);
}

function append(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}
