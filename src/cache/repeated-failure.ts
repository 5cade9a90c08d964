/** Milliseconds in which the same failure is told once. */
const INTERVAL = 60_000;

/** A failure that comes with every tile while its cause lasts, as a full disk: a log of it must not fill another. */
export class RepeatedFailure {
  #toldAt = Number.NEGATIVE_INFINITY;
  #untold = 0;

  /** @param tell is called at once, and then at most once a minute: `, and 12 times before`, or '' */
  happened(tell: (before: string) => void): void {
    const now = performance.now();
    if (now - this.#toldAt < INTERVAL) {
      this.#untold++;
      return;
    }
    tell(this.#untold === 0 ? '' : `, and ${this.#untold} times before`);
    this.#toldAt = now;
    this.#untold = 0;
  }
}
