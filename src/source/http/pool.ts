import { CookieJar } from 'tough-cookie';
import { ConfigError } from '../../http/errors.ts';
import { PooledHttp, type SourceHttp } from './client.ts';
import { splitCredentials } from './credentials.ts';
import { createDispatchers, type Dispatchers } from './dispatchers.ts';
import { Gate } from './gate.ts';
import type { HttpOptions } from './options.ts';

/** What all clients of a configuration share. */
export interface SharedHttp {
  /** `host` or `host:port` of every URL configured: a server may not send us anywhere else. */
  readonly hosts: ReadonlySet<string>;
  /** Cookies of the servers of sources with manage_cookies (row GLB-16). */
  readonly cookies: CookieJar;
  /** Counts the requests to a host (rows GLB-17, SRC-05). */
  gate(host: string): Gate;
}

/** Connections to map servers, shared by all sources of a configuration. */
export class HttpPool implements SharedHttp {
  readonly cookies = new CookieJar();
  readonly hosts = new Set<string>();
  /** By TLS settings. */
  readonly #dispatchers = new Map<string, Dispatchers>();
  readonly #gates = new Map<string, Gate>();

  /**
   * @param urls of the source; templates are fine
   * @throws ConfigError for a URL that is not http or https, or certificates that cannot be read
   */
  client(urls: readonly string[], options: HttpOptions = {}): SourceHttp {
    for (const url of urls) this.hosts.add(hostOf(url));
    return new PooledHttp(this, this.#dispatchersFor(options), options);
  }

  gate(host: string): Gate {
    let gate = this.#gates.get(host);
    if (gate === undefined) {
      gate = new Gate();
      this.#gates.set(host, gate);
    }
    return gate;
  }

  async close(): Promise<void> {
    const all = [...this.#dispatchers.values()].flatMap(({ http, https }) => [http, https]);
    await Promise.all([...new Set(all)].map((dispatcher) => dispatcher.close()));
  }

  #dispatchersFor(options: HttpOptions): Dispatchers {
    const key = `${options.ssl_no_cert_checks ?? false} ${options.ssl_ca_certs ?? ''}`;
    let dispatchers = this.#dispatchers.get(key);
    if (dispatchers === undefined) {
      dispatchers = createDispatchers(options);
      this.#dispatchers.set(key, dispatchers);
    }
    return dispatchers;
  }
}

function hostOf(url: string): string {
  // Templates have their variables behind the host; what they stand for does not matter here.
  const plain = splitCredentials(url).url.replace(/%\(\w+\)[-+ #0]*\d*\w/g, '0');
  if (!URL.canParse(plain)) throw new ConfigError(`'${plain}' is not a URL`);
  const { protocol, host } = new URL(plain);
  if (protocol !== 'http:' && protocol !== 'https:') throw new ConfigError(`'${plain}' is neither http nor https`);
  return host;
}
