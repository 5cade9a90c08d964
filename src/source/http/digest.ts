import { createHash, randomBytes } from 'node:crypto';
import type { Credentials } from './credentials.ts';

/** What a server says it wants in WWW-Authenticate. Scheme and names of parameters are in lower case. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** Digest algorithms (RFC 7616, section 3.2) from the strongest down, with the names of their hashes here. */
const ALGORITHMS: readonly [name: string, hash: string][] = [
  ['sha-512-256', 'sha512-256'],
  ['sha-256', 'sha256'],
  ['md5', 'md5'],
];

/** `name=value`, `name="value"`, or a word alone, which begins the next challenge (RFC 9110, section 11.6.1). */
const PART = /([!#$%&'*+.^_`|~\w-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+)))?/g;

/** Reads WWW-Authenticate fields; each may hold several challenges. */
export function parseChallenges(fields: readonly string[]): Challenge[] {
  return fields.flatMap((field) => {
    const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
    for (const [, name = '', quoted, plain] of field.matchAll(PART)) {
      const value = quoted?.replace(/\\(.)/g, '$1') ?? plain;
      if (value === undefined) challenges.push({ scheme: name.toLowerCase(), parameters: new Map() });
      else challenges.at(-1)?.parameters.set(name.toLowerCase(), value);
    }
    return challenges;
  });
}

/** Answers to one Digest challenge, as long as the server takes its nonce. */
export class DigestAnswerer {
  readonly #credentials: Credentials;
  readonly #parameters: ReadonlyMap<string, string>;
  readonly #hash: string;
  readonly #isSession: boolean;
  readonly #qop: 'auth' | undefined;
  #uses = 0;

  private constructor(credentials: Credentials, parameters: ReadonlyMap<string, string>, hash: string) {
    this.#credentials = credentials;
    this.#parameters = parameters;
    this.#hash = hash;
    this.#isSession = parameters.get('algorithm')?.toLowerCase().endsWith('-sess') ?? false;
    // Servers of RFC 2069 do not know qop.
    this.#qop = parameters.has('qop') ? 'auth' : undefined;
  }

  /** For the strongest of the challenges that can be answered; undefined: none can. */
  static of(challenges: readonly Challenge[], credentials: Credentials): DigestAnswerer | undefined {
    const digests = challenges.filter(({ scheme }) => scheme === 'digest').filter(isAnswerable);
    for (const [name, hash] of ALGORITHMS) {
      const found = digests.find(({ parameters }) => algorithmOf(parameters) === name);
      if (found !== undefined) return new DigestAnswerer(credentials, found.parameters, hash);
    }
    return undefined;
  }

  /** Value of the Authorization field for a request (RFC 7616, section 3.4). `uri` is path and query as sent. */
  authorization(method: string, uri: string, clientNonce = randomBytes(16).toString('hex')): string {
    const { user, password } = this.#credentials;
    const realm = this.#parameters.get('realm') ?? '';
    const nonce = this.#parameters.get('nonce') ?? '';
    const count = (++this.#uses).toString(16).padStart(8, '0');
    const secret = this.#digest(`${user}:${realm}:${password}`);
    const first = this.#isSession ? this.#digest(`${secret}:${nonce}:${clientNonce}`) : secret;
    const second = this.#digest(`${method}:${uri}`);
    const middle = this.#qop === undefined ? nonce : `${nonce}:${count}:${clientNonce}:${this.#qop}`;
    const fields = [
      ['username', quote(user)],
      ['realm', quote(realm)],
      ['nonce', quote(nonce)],
      ['uri', quote(uri)],
      ['response', quote(this.#digest(`${first}:${middle}:${second}`))],
      ...this.#copied('algorithm', (value) => value),
      ...this.#copied('opaque', quote),
      ...(this.#qop === undefined
        ? []
        : [
            ['qop', this.#qop],
            ['nc', count],
          ]),
      ...(this.#qop === undefined && !this.#isSession ? [] : [['cnonce', quote(clientNonce)]]),
    ];
    return `Digest ${fields.map(([name, value]) => `${name}=${value}`).join(', ')}`;
  }

  #digest(text: string): string {
    return createHash(this.#hash).update(text).digest('hex');
  }

  #copied(name: string, write: (value: string) => string): string[][] {
    const value = this.#parameters.get(name);
    return value === undefined ? [] : [[name, write(value)]];
  }
}

function isAnswerable({ parameters }: Challenge): boolean {
  const qop = parameters.get('qop')?.toLowerCase().split(',');
  return parameters.has('nonce') && (qop === undefined || qop.some((one) => one.trim() === 'auth'));
}

function algorithmOf(parameters: ReadonlyMap<string, string>): string {
  return (parameters.get('algorithm') ?? 'MD5').toLowerCase().replace(/-sess$/, '');
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
