import { resolve } from 'node:path';
import { Command } from 'commander';
import { createFromTemplate } from '../deploy/create.ts';
import { templates } from '../deploy/templates/index.ts';
import { ConfigError } from '../http/errors.ts';

interface Flags {
  readonly template?: string;
  readonly mapproxyConf?: string;
  readonly force?: true;
  readonly listTemplates?: true;
}

/** `mapgate create -t TEMPLATE DESTINATION`: something to begin with (row UTIL-02). */
export function createCommand(): Command {
  return new Command('create')
    .description('write a file or a project to begin with, from a template')
    .argument('[destination]', 'what to write')
    .option('-t, --template <name>', 'which template')
    .option('-f, --mapproxy-conf <file>', 'the mapproxy.yaml that is to be served')
    .option('-l, --list-templates', 'list the templates')
    .option('--force', 'write over files that are there')
    .action(create);
}

function create(destination: string | undefined, flags: Flags): void {
  if (flags.listTemplates === true) {
    const width = Math.max(...templates.map(({ name }) => name.length));
    for (const { name, description } of templates) process.stdout.write(`${name.padEnd(width)}  ${description}\n`);
    return;
  }
  if (flags.template === undefined) throw new ConfigError('create needs a template: -t NAME; -l lists them');
  if (destination === undefined) throw new ConfigError('create needs a destination: what to write');
  const options = {
    destination: resolve(destination),
    mapproxyConf: flags.mapproxyConf === undefined ? undefined : resolve(flags.mapproxyConf),
  };
  for (const path of createFromTemplate(flags.template, options, flags.force === true)) {
    process.stdout.write(`wrote ${path}\n`);
  }
}
