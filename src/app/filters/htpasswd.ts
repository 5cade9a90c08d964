import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { ConfigError } from '../../http/errors.ts';

/** Compares a password with what the file keeps of it. */
type Check = (password: string) => Promise<boolean>;

/** Compares a password with a bcrypt hash. */
export type CompareBcrypt = (password: string, hash: string) => Promise<boolean>;

/** Verified pairs kept: a map client asks for hundreds of tiles with the same password, and bcrypt is slow on purpose. */
const VERIFIED_KEPT = 1_000;

/** The users of an htpasswd file as Apache's `htpasswd -B` and `-s` write it: bcrypt and {SHA}. */
export class UserFile {
  readonly #checks: ReadonlyMap<string, Check>;
  /** For names that are not in the file: they must take as long to refuse as a wrong password. */
  readonly #decoy: Check;
  /** By a keyed digest of name and password, the oldest first; passwords themselves are not kept. */
  readonly #verified = new Map<string, Promise<boolean>>();
  readonly #key = randomBytes(32);

  /** @throws ConfigError with the line of what is neither */
  constructor(text: string, file: string, compare: CompareBcrypt) {
    const checks = new Map<string, Check>();
    let decoy: Check | undefined;
    for (const [index, line] of text.split(/\r?\n/).entries()) {
      if (line.trim() === '' || line.startsWith('#')) continue;
      const colon = line.indexOf(':');
      const check = colon > 0 ? checkOf(line.slice(colon + 1).trim(), compare) : undefined;
      if (check === undefined) {
        const place = { file, line: index + 1 };
        throw new ConfigError(
          'expected NAME:HASH with a bcrypt ($2y$) or {SHA} hash; make one with htpasswd -B',
          place,
        );
      }
      decoy ??= check;
      checks.set(line.slice(0, colon), check);
    }
    if (decoy === undefined) throw new ConfigError('has no users', { file });
    this.#checks = checks;
    this.#decoy = decoy;
  }

  /** Whether there is such a user with this password. */
  verify(name: string, password: string): Promise<boolean> {
    const key = createHmac('sha256', this.#key).update(`${name}\0${password}`).digest('base64');
    const known = this.#verified.get(key);
    if (known !== undefined) return known;
    const verdict = this.#compare(name, password);
    this.#verified.set(key, verdict);
    const forget = () => this.#verified.delete(key);
    verdict.then((isRight) => isRight || forget(), forget);
    const [oldest] = this.#verified.keys();
    if (this.#verified.size > VERIFIED_KEPT && oldest !== undefined) this.#verified.delete(oldest);
    return verdict;
  }

  async #compare(name: string, password: string): Promise<boolean> {
    const check = this.#checks.get(name);
    const isRight = await (check ?? this.#decoy)(password);
    return check !== undefined && isRight;
  }
}

/** Undefined: a hash of another kind. */
function checkOf(hash: string, compare: CompareBcrypt): Check | undefined {
  if (/^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/.test(hash)) {
    // The prefixes differ in history, not in what is computed.
    const known = hash.replace('$2y$', '$2b$');
    return (password) => compare(password, known);
  }
  const digest = /^\{SHA\}([A-Za-z0-9+/]{27}=)$/.exec(hash)?.[1];
  if (digest === undefined) return undefined;
  const expected = Buffer.from(digest, 'base64');
  return async (password) => timingSafeEqual(createHash('sha1').update(password).digest(), expected);
}
