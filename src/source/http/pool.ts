import { CookieJar } from 'tough-cookie';
import { ConfigError } from '../../http/errors.ts';
import { PooledHttp, type SourceHttp } from './client.ts';
import { splitCredentials } from './credentials.ts';
import { createDispatchers, type Dispatchers } from './dispatchers.ts';
import type { HttpOptions } from './options.ts';
import { HostPlaces, type SharedPlaces } from './places.ts';

/** What all clients of a configuration share. */
export interface SharedHttp {
  /** `host` or `host:port` of every URL configured: a server may not send us anywhere else. */
  readonly hosts: ReadonlySet<string>;
  /** Cookies of the servers of sources with manage_cookies (row GLB-16). */
  readonly cookies: CookieJar;
  readonly places: HostPlaces;
}

/** Connections to map servers, shared by all sources of a configuration. */
export class HttpPool implements SharedHttp {
  readonly cookies = new CookieJar();
  readonly hosts = new Set<string>();
  readonly places: HostPlaces;
  /** By TLS settings. */
  readonly #dispatchers = new Map<string, Dispatchers>();

  /** @param shared where requests of other processes are counted; undefined: nowhere */
  constructor(shared?: SharedPlaces) {
    this.places = new HostPlaces(shared);
  }

  /**
   * @param urls of the source; templates are fine
   * @throws ConfigError for a URL that is not http or https, or certificates that cannot be read
   */
  client(urls: readonly string[], options: HttpOptions = {}): SourceHttp {
    for (const url of urls) this.hosts.add(hostOf(url));
    return new PooledHttp(this, this.#dispatchersFor(options), options);
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
