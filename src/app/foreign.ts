import type { Application } from '../http/application.ts';
import { Response } from '../http/response.ts';

/**
 * An application from a module of the operator's, which may answer with plain objects of the shape of a Response; from
 * here on they are Responses, as filters and gateways expect.
 */
export function foreignApplication(application: Application): Application {
  return (request) => {
    const answer = application(request);
    return answer instanceof Promise ? answer.then(asResponse) : asResponse(answer);
  };
}

function asResponse(answer: Response): Response {
  if (answer instanceof Response) return answer;
  const { status, headers = {}, body = null }: Partial<Response> = answer;
  if (status === undefined) throw new TypeError('the module answers with something that is no response');
  return new Response(status, headers, body);
}
