import { join } from 'node:path';
import { ConfigError } from '../../http/errors.ts';
import type { Protocol } from '../../server/deployment.ts';
import type { Template, TemplateFile, TemplateOptions } from './contract.ts';
import { exampleText, pathOf } from './examples.ts';
import { fillIn } from './fill.ts';
import { type Places, placesOf } from './places.ts';

/** A web server, and its examples: which one is taken depends on where Mapgate listens and is mounted. */
interface WebServer {
  readonly name: string;
  readonly description: string;
  readonly protocol: Protocol;
  /** Below a path, over a unix socket. */
  readonly unix?: string;
  /** Below a path, over TCP. */
  readonly tcp?: string;
  /** At the root of the host, over a unix socket. */
  readonly root?: string;
}

const WEB_SERVERS: readonly WebServer[] = [
  {
    name: 'nginx',
    description: 'nginx, fastcgi_pass',
    protocol: 'fastcgi',
    unix: 'nginx/mapgate.conf',
    tcp: 'nginx/mapgate-keepalive.conf',
    root: 'nginx/mapgate-root.conf',
  },
  { name: 'nginx-if', description: 'nginx, in the older form', protocol: 'fastcgi', unix: 'nginx/mapgate-if.conf' },
  { name: 'nginx-scgi', description: 'nginx, scgi_pass', protocol: 'scgi', unix: 'nginx/mapgate-scgi.conf' },
  {
    name: 'nginx-fcgiwrap',
    description: 'nginx with fcgiwrap, which starts a CGI program; --socket says where fcgiwrap listens',
    protocol: 'fastcgi',
    unix: 'nginx/mapgate-fcgiwrap.conf',
  },
  {
    name: 'lighttpd',
    description: 'lighttpd, fastcgi.server',
    protocol: 'fastcgi',
    unix: 'lighttpd/mapgate.conf',
    tcp: 'lighttpd/mapgate-tcp.conf',
    root: 'lighttpd/mapgate-root.conf',
  },
  {
    name: 'lighttpd-spawn',
    description: 'lighttpd that starts Mapgate itself',
    protocol: 'fastcgi',
    unix: 'lighttpd/mapgate-spawn.conf',
  },
  { name: 'lighttpd-scgi', description: 'lighttpd, scgi.server', protocol: 'scgi', unix: 'lighttpd/mapgate-scgi.conf' },
  {
    name: 'apache-mod_proxy_fcgi',
    description: 'Apache 2.4',
    protocol: 'fastcgi',
    unix: 'apache/mapgate-mod_proxy_fcgi.conf',
    tcp: 'apache/mapgate-mod_proxy_fcgi-tcp.conf',
  },
  {
    name: 'apache-mod_fcgid',
    description: 'Apache 2.4 that starts Mapgate itself',
    protocol: 'fastcgi',
    unix: 'apache/mapgate-mod_fcgid.conf',
  },
  {
    name: 'apache-mod_fastcgi',
    description: 'Apache with mod_fastcgi, FastCGIExternalServer',
    protocol: 'fastcgi',
    unix: 'apache/mapgate-mod_fastcgi.conf',
  },
  {
    name: 'apache-mod_proxy_scgi',
    description: 'Apache 2.4 over SCGI',
    protocol: 'scgi',
    unix: 'apache/mapgate-mod_proxy_scgi.conf',
  },
  {
    name: 'apache-mod_proxy_ajp',
    description: 'Apache 2.4 over AJP 1.3',
    protocol: 'ajp',
    tcp: 'apache/mapgate-mod_proxy_ajp.conf',
  },
  {
    name: 'apache-mod_jk',
    description: 'Apache 2.4 over AJP 1.3, with mod_jk',
    protocol: 'ajp',
    tcp: 'apache/mapgate-mod_jk.conf',
  },
  {
    name: 'caddy',
    description: 'Caddy 2, a Caddyfile',
    protocol: 'fastcgi',
    unix: 'caddy/Caddyfile',
    root: 'caddy/Caddyfile.root',
  },
  {
    name: 'haproxy',
    description: 'HAProxy, fcgi-app',
    protocol: 'fastcgi',
    unix: 'haproxy/mapgate.cfg',
    tcp: 'haproxy/mapgate-tcp.cfg',
  },
  { name: 'h2o', description: 'H2O', protocol: 'fastcgi', unix: 'h2o/h2o.conf' },
  {
    name: 'varnish',
    description: 'Varnish before Mapgate over HTTP, which keeps tiles',
    protocol: 'http',
    tcp: 'varnish/default.vcl',
  },
  {
    name: 'squid',
    description: 'Squid before Mapgate over HTTP, which keeps tiles',
    protocol: 'http',
    tcp: 'squid/squid.conf',
  },
];

/** systemd takes two files, so its destination is a folder. */
const systemd: Template = {
  name: 'systemd',
  description: 'mapgate.service and mapgate.socket for systemd, into a folder',
  files(options) {
    const places = placesOf(options, 'fastcgi');
    return ['mapgate.service', 'mapgate.socket'].map((name) => ({
      path: join(options.destination, name),
      text: filled(`systemd/${name}`, places),
    }));
  },
};

/** A program, which its web server starts for each request. */
const cgi: Template = {
  name: 'cgi',
  description: 'a CGI program, for tries and for hosts where nothing may run on',
  files(options) {
    const path = pathOf(options.destination, 'mapgate.cgi');
    return [{ path, text: filled('cgi/mapgate.cgi', placesOf(options, 'fastcgi')), isExecutable: true }];
  },
};

export const webServerTemplates: readonly Template[] = [...WEB_SERVERS.map(templateOf), systemd, cgi];

function templateOf(server: WebServer): Template {
  const { name, description } = server;
  return { name, description, files: (options) => [fileOf(server, options)] };
}

function fileOf(server: WebServer, options: TemplateOptions): TemplateFile {
  const places = placesOf(options, server.protocol);
  const file = chosen(server, places);
  return { path: pathOf(options.destination, file), text: filled(file, places) };
}

function chosen(server: WebServer, { mount, address }: Places): string {
  const { unix, tcp, root } = server;
  if (mount === '' && root === undefined) {
    throw new ConfigError(`the template ${server.name} is for maps below a path: --mount /mapproxy`);
  }
  if (address.kind === 'tcp' && mount === '') {
    throw new ConfigError(`the template ${server.name} at / is for a unix socket: --socket var/fcgi-socket`);
  }
  const file = mount === '' ? root : address.kind === 'unix' ? unix : tcp;
  if (file !== undefined) return file;
  const other = address.kind === 'unix' ? 'an address as 127.0.0.1:9000' : 'a unix socket as var/fcgi-socket';
  throw new ConfigError(`the template ${server.name} is for ${other}: --socket says it`);
}

function filled(file: string, places: Places): string {
  return fillIn(exampleText(file), places);
}
