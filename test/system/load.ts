import http from 'node:http';

/** Clients that ask for one URL again and again, each on a kept connection, until stopped. */
export class Load {
  answered = 0;
  readonly failures: string[] = [];
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: Infinity });
  readonly #clients: Promise<void>[];
  #running = true;
  #paused: Promise<void> | undefined;
  #idle = 0;

  constructor(urls: readonly string[], clients: number) {
    this.#clients = Array.from({ length: clients }, (_, index) => this.#client(urls[index % urls.length] ?? ''));
  }

  /** Waits until no request is under way, runs `action`, and lets the clients go on. */
  async between(action: () => Promise<void> | void): Promise<void> {
    let go = () => {};
    this.#paused = new Promise((resolve) => {
      go = resolve;
    });
    while (this.#idle < this.#clients.length) await new Promise((resolve) => setImmediate(resolve));
    await action();
    this.#paused = undefined;
    go();
  }

  /** Waits until so many further requests were answered. */
  async more(requests: number): Promise<void> {
    const goal = this.answered + requests;
    while (this.answered < goal && this.failures.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  async stop(): Promise<void> {
    this.#running = false;
    await Promise.all(this.#clients);
    this.#agent.destroy();
  }

  async #client(url: string): Promise<void> {
    while (this.#running) {
      if (this.#paused !== undefined) {
        this.#idle++;
        await this.#paused;
        this.#idle--;
      }
      const problem = await this.#ask(url);
      this.answered++;
      if (problem !== null) this.failures.push(`${url}: ${problem}`);
    }
  }

  #ask(url: string): Promise<string | null> {
    return new Promise((resolve) => {
      const request = http.get(url, { agent: this.#agent }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => {
          body += text;
        });
        response.on('end', () =>
          resolve(
            response.statusCode === 200 && body === 'whole' ? null : `${response.statusCode} ${body.slice(0, 200)}`,
          ),
        );
        response.on('error', (error) => resolve(error.message));
      });
      request.on('error', (error) => resolve(error.message));
    });
  }
}
