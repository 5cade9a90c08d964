import { FcgiClient, ProtocolStatus } from '@mapgate/fastcgi-kit';
import { cgiVariables, readCgiAnswer } from './cgi-words.ts';
import type { ClientAddress, ClientAnswer, ClientRequest, GatewayClient } from './client.ts';

export class FastcgiClient implements GatewayClient {
  readonly #address: ClientAddress;

  constructor(address: ClientAddress) {
    this.#address = address;
  }

  async ask(request: ClientRequest): Promise<ClientAnswer> {
    const client = await FcgiClient.connect(this.#address);
    const { body, signal } = request;
    signal?.addEventListener('abort', () => client.close(), { once: true });
    const response = client.request({
      params: cgiVariables(request),
      keepConnection: false,
      ...(body === undefined ? {} : { body }),
    });
    const stdout = async function* (): AsyncGenerator<Buffer> {
      try {
        yield* response.stdout;
        const { appStatus, protocolStatus } = await response.ended;
        if (appStatus !== 0 || protocolStatus !== ProtocolStatus.REQUEST_COMPLETE) {
          throw new Error(`ended with application status ${appStatus}, protocol status ${protocolStatus}`);
        }
      } finally {
        client.close();
      }
    };
    return readCgiAnswer(stdout());
  }
}
