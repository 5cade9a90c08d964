import { readFileSync } from 'node:fs';
import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { ConfigError } from '../../http/errors.ts';
import type { HttpOptions } from './options.ts';

/** An answer larger than this is no map: it would fill the memory. */
export const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;

/** Connections to one host; more requests wait for one to be free. */
const CONNECTIONS_PER_HOST = 64;

/** Most servers close idle connections after five seconds or more. */
const KEEP_ALIVE_MILLISECONDS = 4000;

/** Connections with the same TLS settings, for each scheme. */
export interface Dispatchers {
  readonly http: Dispatcher;
  readonly https: Dispatcher;
}

/**
 * Connections that keep what the configuration says about certificates (rows GLB-12, GLB-13, GLB-24), through the
 * proxies that the environment names (row GLB-20).
 *
 * @throws ConfigError for certificates that cannot be read
 */
export function createDispatchers({ ssl_ca_certs: caFile, ssl_no_cert_checks: unchecked }: HttpOptions): Dispatchers {
  const tls = {
    rejectUnauthorized: unchecked !== true,
    minVersion: 'TLSv1.2' as const,
    ...(caFile === undefined ? {} : { ca: readCertificates(caFile) }),
  };
  const options: Agent.Options = {
    connections: CONNECTIONS_PER_HOST,
    keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
    maxResponseSize: MAX_RESPONSE_BYTES,
    // Each request has its own limit, client_timeout.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: tls,
  };
  const agent = new Agent(options);
  const { http, https } = proxiesOf(process.env);
  return {
    // A tunnel to port 80 is what proxies refuse: they are told whole URLs instead.
    http: http === undefined ? agent : new EnvHttpProxyAgent({ ...options, httpProxy: http, proxyTunnel: false }),
    https: https === undefined ? agent : new EnvHttpProxyAgent({ ...options, httpsProxy: https, requestTls: tls }),
  };
}

/**
 * The proxies of an environment; each scheme has its own, as for Python's urllib. Where this runs as a CGI program,
 * HTTP_PROXY is the client's header `Proxy` and none of ours.
 */
export function proxiesOf(environment: NodeJS.ProcessEnv): { http: string | undefined; https: string | undefined } {
  const isCgi = environment.REQUEST_METHOD !== undefined;
  return {
    http: environment.http_proxy || (isCgi ? undefined : environment.HTTP_PROXY) || undefined,
    https: environment.https_proxy || environment.HTTPS_PROXY || undefined,
  };
}

function readCertificates(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ConfigError(`cannot read ssl_ca_certs '${file}'`, undefined, { cause });
  }
}
