import { basename, resolve } from 'node:path';
import { Command } from 'commander';
import { createFromTemplate, FilesExistError } from '../deploy/create.ts';
import { otherNames, templates } from '../deploy/templates/index.ts';
import { ConfigError } from '../http/errors.ts';

interface Flags {
  readonly template?: string;
  readonly mapproxyConf?: string;
  readonly mount?: string;
  readonly socket?: string;
  readonly serverName?: string;
  readonly force?: true;
  readonly listTemplates?: true;
}

/** `mapgate create -t TEMPLATE DESTINATION`: something to begin with (row UTIL-02). */
export function createCommand(): Command {
  return new Command('create')
    .description('write a file or a project to begin with, from a template')
    .argument('[destination]', 'what to write; a folder for templates of several files')
    .option('-t, --template <name>', 'which template')
    .option('-f, --mapproxy-conf <file>', 'the mapproxy.yaml, or what else is to be served')
    .option('--mount <path>', 'where clients find the maps, as /mapproxy')
    .option('--socket <addr>', 'where Mapgate listens: a path, unix:PATH or HOST:PORT')
    .option('--server-name <name>', "the web server's host name, as maps.example.org")
    .option('-l, --list-templates', 'list the templates')
    .option('--force', 'write over files that are there')
    .addHelpText(
      'after',
      '\nFor a web server, what is not said is taken from the mapgate.yaml here or beside -f.' +
        '\nExit code: 0 written, 1 there are files already, 2 something is wrong; nothing was written then.',
    )
    .action(create);
}

const EXIT_EXISTS = 1;

function create(destination: string | undefined, flags: Flags): void {
  if (flags.listTemplates === true) {
    const width = Math.max(...templates.map(({ name }) => name.length));
    for (const { name, description } of templates) process.stdout.write(`${name.padEnd(width)}  ${description}\n`);
    return;
  }
  const { template } = flags;
  if (template === undefined) throw new ConfigError('create needs a template: -t NAME; -l lists them');
  if (destination === undefined) throw new ConfigError('create needs a destination: what to write');
  const ours = otherNames[template];
  if (ours !== undefined) process.stderr.write(`mapgate: the template ${template} is ${ours} here\n`);
  const options = {
    destination: resolve(destination),
    mapproxyConf: flags.mapproxyConf === undefined ? undefined : resolve(flags.mapproxyConf),
    mount: flags.mount,
    socket: flags.socket,
    serverName: flags.serverName,
    command: ownCommand(),
  };
  try {
    for (const path of createFromTemplate(template, options, flags.force === true)) {
      process.stdout.write(`wrote ${path}\n`);
    }
  } catch (error) {
    if (!(error instanceof FilesExistError)) throw error;
    process.stderr.write(`mapgate: ${error.message}\n`);
    process.exitCode = EXIT_EXISTS;
  }
}

/**
 * The command that runs this program: the name it was called by, if that is one of its own. MAPGATE_COMMAND is set by
 * programs that start it under another name.
 */
function ownCommand(): string[] {
  const { MAPGATE_COMMAND: named } = process.env;
  if (named !== undefined && named !== '') return [named];
  const [, script = ''] = process.argv;
  return basename(script) === 'mapgate' ? [script] : [process.execPath, script];
}
