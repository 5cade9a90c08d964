import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Application } from '../../http/application.ts';
import type { Request } from '../../http/request.ts';
import type { Response } from '../../http/response.ts';
import { jsonResponse, readJson } from './json.ts';
import { isLocalRequest, isSameOrigin } from './local.ts';
import { CONSOLE_PATH } from './names.ts';

/** Wrong PINs after which no further one is looked at: a thousand million PINs are many for ten guesses. */
const MAX_ATTEMPTS = 10;

const PIN_LIMIT = 1_000_000_000;

const MAX_UNLOCK_BYTES = 1_024;

/**
 * Decides who may evaluate code: whoever asks from this machine, with no proxy between, from a page of this server,
 * and has entered the PIN that the terminal shows. Lives as long as the server, whatever is reloaded.
 */
export class ConsoleGate {
  /** `123-456-789` */
  readonly pin: string;
  readonly #token = randomBytes(32).toString('base64url');
  #cookie = 'mapgate-console';
  #attempts = 0;

  constructor(pin: string = randomPin()) {
    this.pin = pin;
  }

  /** Browsers keep cookies for a host, not for a port: servers side by side need names of their own. */
  listensOn(port: number): void {
    this.#cookie = `mapgate-console-${port}`;
  }

  /** Whether a page may offer the console to this client. */
  admits(request: Request): boolean {
    return isLocalRequest(request);
  }

  /** Answers what is asked below CONSOLE_PATH; `evaluate` is only called for those who may. */
  handle(request: Request, evaluate: Application): Response | Promise<Response> {
    if (!isLocalRequest(request)) return refusal('The console is for this machine only.');
    const action = request.pathInfo.slice(CONSOLE_PATH.length);
    if (action === 'state' && request.method === 'GET')
      return jsonResponse(200, { unlocked: this.#isUnlocked(request) });
    if (request.method !== 'POST') return jsonResponse(404, { message: 'not found' });
    // What a foreign page can send without asking first is never of this type.
    if (!isSameOrigin(request) || request.header('Content-Type') !== 'application/json') {
      return refusal('The console answers only its own page.');
    }
    if (action === 'unlock') return this.#unlock(request);
    if (action !== 'evaluate') return jsonResponse(404, { message: 'not found' });
    return this.#isUnlocked(request)
      ? evaluate(request)
      : jsonResponse(403, { unlocked: false, message: 'Enter the PIN.' });
  }

  async #unlock(request: Request): Promise<Response> {
    const entered = await readJson(request, MAX_UNLOCK_BYTES, z.object({ pin: z.string() }));
    if (entered === undefined) return jsonResponse(400, { message: 'a PIN is expected' });
    if (this.#attempts >= MAX_ATTEMPTS) {
      const message = 'Too many wrong PINs: the console stays closed until the server is started again.';
      return jsonResponse(429, { unlocked: false, message });
    }
    if (!isEqual(digitsOf(entered.pin), digitsOf(this.pin))) {
      this.#attempts++;
      return jsonResponse(403, { unlocked: false, message: 'This is not the PIN.' });
    }
    this.#attempts = 0;
    const cookie = `${this.#cookie}=${this.#token}; Path=${CONSOLE_PATH}; HttpOnly; SameSite=Strict`;
    return jsonResponse(200, { unlocked: true }).withHeaders({ 'Set-Cookie': cookie });
  }

  #isUnlocked(request: Request): boolean {
    const cookies = (request.header('Cookie') ?? '').split(';').map((cookie) => cookie.trim());
    return cookies.some((cookie) => isEqual(cookie, `${this.#cookie}=${this.#token}`));
  }
}

function randomPin(): string {
  const digits = String(randomInt(PIN_LIMIT)).padStart(9, '0');
  return digits.replace(/(\d{3})(?=\d)/g, '$1-');
}

function digitsOf(pin: string): string {
  return pin.replace(/[-\s]/g, '');
}

/** In a time that tells nothing of where they differ. */
function isEqual(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

function refusal(message: string): Response {
  return jsonResponse(403, { message });
}
