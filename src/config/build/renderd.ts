import { RenderdClient } from '../../cache/renderd.ts';
import { HttpPool } from '../../source/http/pool.ts';
import type { Configuration } from '../configuration.ts';

/** The way to renderd, apart from those to map servers, which may not send us there. */
export class Renderd {
  /** Undefined: tiles are made here. */
  readonly client: RenderdClient | undefined;
  readonly #http = new HttpPool();

  /** Row GLB-45. @throws ConfigError */
  constructor({ globals, problems }: Configuration) {
    const address = globals.renderd?.address;
    if (address === undefined) return;
    try {
      const { client_timeout: timeout, hide_error_details: hidden } = globals.http;
      const options = { client_timeout: timeout, hide_error_details: hidden };
      this.client = new RenderdClient(address, this.#http.client([address], options));
    } catch (error) {
      throw problems.located(['globals', 'renderd', 'address'], error);
    }
  }

  close(): Promise<void> {
    return this.#http.close();
  }
}
