import type { Application } from '../../http/application.ts';
import { Request } from '../../http/request.ts';
import { Response, textResponse } from '../../http/response.ts';
import { getLogger } from '../../log.ts';
import type { Intercept, Interception } from './contract.ts';

const log = getLogger('mapgate.hooks');

/** An application whose requests a hook sees first (row APP-15). */
export function intercepted(application: Application, intercept: Intercept): Application {
  const goOn = (request: Request, interception: unknown): Response | Promise<Response> => {
    if (interception === undefined) return application(request);
    if (interception instanceof Request) return application(interception);
    const response = responseOf(interception);
    if (response !== undefined) return response;
    log.error(
      { type: interception === null ? 'null' : typeof interception },
      `the hook 'intercept' gives back neither undefined nor a request nor a response: denied`,
    );
    return textResponse(403, 'forbidden', { 'Cache-Control': 'no-cache, no-store' });
  };
  return (request) => {
    const interception: Interception | Promise<Interception> = intercept(request);
    return interception instanceof Promise
      ? interception.then((one) => goOn(request, one))
      : goOn(request, interception);
  };
}

/** Lowest and highest status of an answer (RFC 9110 section 15). */
const [LOWEST, HIGHEST] = [200, 599];

/** Undefined: it is none. */
function responseOf(value: unknown): Response | undefined {
  if (value instanceof Response) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  const { status, headers = {}, body = null }: Partial<Response> = value;
  const isStatus = Number.isInteger(status) && Number(status) >= LOWEST && Number(status) <= HIGHEST;
  return isStatus ? new Response(Number(status), headers, body) : undefined;
}
