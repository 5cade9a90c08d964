import type { Responder, ResponderOptions } from './contract.ts';
import { resolveLimits } from './limits.ts';
import { loadNativeTransport } from './native-transport.ts';
import { TypeScriptResponder } from './typescript-transport.ts';

/**
 * A FastCGI application server. Call `listen` to accept connections.
 *
 *     const responder = createResponder({
 *       onRequest: (request) => request.respond('Content-Type: text/plain\r\n\r\n', 'hello\n'),
 *     });
 *     await responder.listen({ path: '/run/app/fcgi.sock', mode: 0o660 });
 *
 * @throws RangeError or TypeError for a wrong option; Error when `transport: 'native'` is asked and cannot be had
 */
export function createResponder(options: ResponderOptions): Responder {
  const resolved = { ...options, limits: resolveLimits(options.limits) };
  if (options.transport === 'typescript') return new TypeScriptResponder(resolved, null);
  const native = loadNativeTransport();
  if ('create' in native) return native.create(resolved);
  if (options.transport === 'native') throw new Error(`the native FastCGI transport cannot run: ${native.reason}`);
  return new TypeScriptResponder(resolved, native.reason);
}
