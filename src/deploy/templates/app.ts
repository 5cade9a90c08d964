import { dirname, relative, sep } from 'node:path';
import { ConfigError } from '../../http/errors.ts';
import { encodePath } from '../../http/percent.ts';
import type { Template } from './contract.ts';

/** A server script, as MapProxy's `wsgi-app` (row UTIL-02). */
export const appTemplate: Template = {
  name: 'app',
  description: 'a script that serves a mapproxy.yaml: server.mjs, for mapgate serve and for node',
  files({ destination, mapproxyConf }) {
    if (mapproxyConf === undefined) {
      throw new ConfigError('the template app needs a configuration: -f mapproxy.yaml');
    }
    if (!/\.m?js$/.test(destination)) {
      throw new ConfigError('the template app is an ES module: name it .mjs, as server.mjs', { file: destination });
    }
    return [{ path: destination, text: script(urlFrom(dirname(destination), mapproxyConf)) }];
  },
};

/** From a folder to a file, as a relative URL in a JavaScript string. */
function urlFrom(folder: string, file: string): string {
  const path = encodePath(relative(folder, file).split(sep).join('/'));
  return `'${(path.startsWith('../') ? path : `./${path}`).replaceAll("'", '%27')}'`;
}

function script(url: string): string {
  return `import { isMain, makeApp, serve, serveOptions } from 'mapgate';

// Wrap it, mount it beside others, or leave it as it is. The file is relative to this script.
export const application = await makeApp(new URL(${url}, import.meta.url), { reloader: true });

// \`mapgate serve\` takes the export above. Started by itself, the script serves FastCGI if a web server started it,
// else HTTP on 127.0.0.1:8080, or what its arguments say: --fastcgi unix:var/fcgi-socket --http :8080
if (isMain(import.meta.url)) await serve(application, serveOptions(process.argv.slice(2)));
`;
}
