import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { NO_CACHE_HEADERS } from '../../http/caching.ts';
import { ConfigError, RequestError } from '../../http/errors.ts';
import type { Request } from '../../http/request.ts';
import { type Response, textResponse } from '../../http/response.ts';
import { BcryptThread } from './bcrypt-thread.ts';
import { defineFilter } from './contract.ts';
import { withVary } from './headers.ts';
import { type CompareBcrypt, UserFile } from './htpasswd.ts';

/**
 * Lets in who has a password (RFC 7617). Applications behind it find the name in REMOTE_USER (row AUTH-09); the
 * password stays here.
 */
export default defineFilter({
  type: 'basic-auth',
  options: z.strictObject({
    /** An htpasswd file with bcrypt or {SHA} hashes; read at the start and at each reload. */
    users: z.string(),
    /** What the browser tells the user the password is for. */
    realm: z
      .string()
      .regex(/^[\x20-\x7e]*$/, 'must be plain ASCII')
      .default('maps'),
  }),
  async build({ users, realm }, { resolvePath }) {
    const file = resolvePath(users);
    const thread = new BcryptThread();
    const known = await readUsers(file, (password, hash) => thread.compare(password, hash));
    const challenge = `Basic realm="${realm.replace(/["\\]/g, '\\$&')}", charset="UTF-8"`;
    const refuse = (): Response =>
      textResponse(401, 'unauthorized', { 'WWW-Authenticate': challenge, ...NO_CACHE_HEADERS });
    return {
      filter: (application) => async (request) => {
        const given = credentialsOf(request);
        if (given === undefined) return refuse();
        try {
          if (!(await known.verify(given.name, given.password))) return refuse();
        } catch (error) {
          if (!(error instanceof RequestError)) throw error;
          return textResponse(error.status ?? 503, error.message, { 'Retry-After': '1', ...NO_CACHE_HEADERS });
        }
        const variables = { REMOTE_USER: given.name, AUTH_TYPE: 'Basic', HTTP_AUTHORIZATION: undefined };
        const answer = await application(request.with({ variables }));
        return withVary(answer, 'Authorization');
      },
      files: [file],
      close: () => thread.close(),
    };
  },
  async check({ users }, { resolvePath }) {
    await readUsers(resolvePath(users), async () => false);
  },
});

async function readUsers(file: string, compare: CompareBcrypt): Promise<UserFile> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new ConfigError(`cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { file });
  }
  return new UserFile(text, file, compare);
}

/** Name and password of the Authorization field; undefined where there are none. */
export function credentialsOf(request: Request): { name: string; password: string } | undefined {
  const encoded = /^basic +([a-z0-9+/]+=*) *$/i.exec(request.header('Authorization') ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1 ? undefined : { name: text.slice(0, colon), password: text.slice(colon + 1) };
}
