import { Command } from 'commander';
import { deploymentSchema } from '../deploy/schema.ts';

/** `mapgate schema`: the JSON Schema of mapgate.yaml, for editors. */
export function schemaCommand(): Command {
  return new Command('schema')
    .description('print the JSON Schema of mapgate.yaml, for editors')
    .action(() => void process.stdout.write(`${JSON.stringify(deploymentSchema(), undefined, 2)}\n`));
}
