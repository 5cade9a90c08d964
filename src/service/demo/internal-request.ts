import { Request } from '../../http/request.ts';

/**
 * A request to another service of this application, made in memory from the one that came in: it sees the same client,
 * mount and public URL. Nothing goes over the network, whatever the client's Host header says (row SEC-04).
 */
export function internalRequest(outer: Request, pathInfo: string, queryString: string): Request {
  return new Request(
    { method: 'GET', scriptName: outer.scriptName, pathInfo, queryString },
    {
      variable: (name) => outer.variable(name),
      variables: () => outer.variables(),
      body: noBody(),
      get signal() {
        return outer.signal;
      },
    },
    outer.forwarding,
  );
}

async function* noBody(): AsyncGenerator<Uint8Array> {}
