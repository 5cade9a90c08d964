/** Lets so many pass at a time; the others wait in the order of their coming (row GLB-17). */
export class Gate {
  #passing = 0;
  readonly #waiting: { readonly limit: number; readonly pass: () => void }[] = [];

  /**
   * Waits for a place. Those who come may have different limits: each counts everybody who is inside.
   *
   * @returns to be called once, when the place is free again
   * @throws the signal's reason
   */
  async enter(limit: number, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#waiting.length === 0 && this.#passing < limit) this.#passing++;
    else await this.#wait(limit, signal);
    let isInside = true;
    return () => {
      if (!isInside) return;
      isInside = false;
      this.#passing--;
      this.#letIn();
    };
  }

  #wait(limit: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(signal.reason);
        // Who stands behind may have a higher limit.
        this.#letIn();
      };
      const waiter = {
        limit,
        pass: () => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(waiter);
    });
  }

  #letIn(): void {
    for (let [first] = this.#waiting; first !== undefined && this.#passing < first.limit; [first] = this.#waiting) {
      this.#waiting.shift();
      this.#passing++;
      first.pass();
    }
  }
}
