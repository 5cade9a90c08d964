import type { Credentials } from './credentials.ts';
import { DigestAnswerer, parseChallenges } from './digest.ts';

/**
 * Tells one server who is asking, in the way that the server wants: nothing is told before it asked (row GLB-22), so
 * that a password does not go in clear to a server that would do without. What it wanted last is sent at once the next
 * time.
 */
export class Authentication {
  readonly #credentials: Credentials;
  #method: 'none' | 'basic' | DigestAnswerer = 'none';

  constructor(credentials: Credentials) {
    this.#credentials = credentials;
  }

  /** Value of the Authorization field; undefined while the server has not asked. */
  authorization(method: string, url: URL): string | undefined {
    if (this.#method === 'none') return undefined;
    if (this.#method !== 'basic') return this.#method.authorization(method, url.pathname + url.search);
    const { user, password } = this.#credentials;
    return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  }

  /**
   * Takes note of what an answer 401 asks for.
   *
   * @param fields its WWW-Authenticate fields
   * @param sent the Authorization that it did not like
   * @returns whether it is worth asking again, once
   */
  challenged(fields: readonly string[], sent: string | undefined): boolean {
    const challenges = parseChallenges(fields);
    const digest = DigestAnswerer.of(challenges, this.#credentials);
    if (digest !== undefined) {
      this.#method = digest;
      return true;
    }
    if (sent?.startsWith('Basic ') || !challenges.some(({ scheme }) => scheme === 'basic')) return false;
    this.#method = 'basic';
    return true;
  }
}
