import { dirname, join, relative, sep } from 'node:path';
import type { Template, TemplateFile, TemplateOptions } from './contract.ts';
import { exampleText, pathOf } from './examples.ts';

/** What a new project begins with, as MapProxy's template of that name: a folder with two files, or the one named. */
const baseConfig: Template = {
  name: 'base-config',
  description: 'a folder with a mapproxy.yaml to begin with, which needs no network, and its seed.yaml',
  files({ destination }) {
    if (/\.ya?ml$/.test(destination)) return [copyOf('mapproxy.yaml', destination)];
    return ['mapproxy.yaml', 'seed.yaml'].map((name) => copyOf(name, join(destination, name)));
  },
};

const seedConfig: Template = {
  name: 'seed-config',
  description: 'a seed.yaml: what is to be in the caches before anyone asks',
  files: ({ destination }) => [copyOf('seed.yaml', pathOf(destination, 'seed.yaml'))],
};

const deployment: Template = {
  name: 'deployment',
  description: 'a mapgate.yaml: what to serve and where to listen; -f, --mount and --socket fill it in',
  files(options) {
    const path = pathOf(options.destination, 'mapgate.yaml');
    return [{ path, text: deploymentText(path, options) }];
  },
};

const logIni: Template = {
  name: 'log-ini',
  description: "levels of loggers, as a logging configuration of Python: log.ini for serve-develop's --log-config",
  files: ({ destination }) => [copyOf('log.ini', pathOf(destination, 'log.ini'))],
};

export const projectTemplates: readonly Template[] = [baseConfig, seedConfig, deployment, logIni];

function copyOf(name: string, path: string): TemplateFile {
  return { path, text: exampleText(`project/${name}`) };
}

/** JSON's strings are YAML's: whatever a path holds, it is read as it was meant. */
function deploymentText(path: string, { mapproxyConf, mount, socket }: TemplateOptions): string {
  const changes: [from: string, to: string][] = [];
  if (mapproxyConf !== undefined) {
    const file = relative(dirname(path), mapproxyConf).split(sep).join('/');
    changes.push(['  mapproxy: mapproxy.yaml\n', `  mapproxy: ${JSON.stringify(file)}\n`]);
  }
  if (mount !== undefined) changes.push(['#:mount: /mapproxy\n', `mount: ${JSON.stringify(mount)}\n`]);
  if (socket !== undefined) {
    changes.push(['  - fastcgi: unix:var/fcgi-socket\n', `  - fastcgi: ${JSON.stringify(socket)}\n`]);
  }
  return changes.reduce((text, [from, to]) => text.replace(from, () => to), exampleText('project/mapgate.yaml'));
}
