import { type ProtocolError, resolveLimits } from '@mapgate/fastcgi-kit';
import type { Application } from '../../http/application.ts';
import { getLogger } from '../../log.ts';
import { addOne, counter } from '../../metrics.ts';
import type { TargetRule } from '../environ.ts';
import { serve } from '../exchange.ts';
import type { GatewayOptions } from '../limits.ts';
import { SocketServer } from '../socket-server.ts';
import { DEFAULT_PACKET_SIZE, MAX_PACKET_SIZE } from './codes.ts';
import { AjpConnection } from './connection.ts';

const log = getLogger('mapgate.gateway.ajp');
const errors = counter('protocolErrors', 'ajp');

export interface AjpOptions extends GatewayOptions {
  /** What the web server must send with each request (`secret=` of Apache's ProxyPass). Without it: 403. */
  readonly secret?: string | undefined;
  /** Bytes of a packet, 8192 to 65536: as ProxyIOBufferSize of Apache or max_packet_size of mod_jk. Bounds the head. */
  readonly packetSize?: number | undefined;
}

/**
 * An AJP 1.3 server for an application; not yet listening. Of the limits, that of the body is answered with 413, late
 * bodies with 408; a packet that is too large or late, and a peer that takes no output, ends the connection.
 *
 * @throws RangeError for a packet size out of bounds
 */
export function ajpServer(application: Application, rule: TargetRule = {}, options: AjpOptions = {}): SocketServer {
  const limits = resolveLimits(options.limits);
  const { secret, packetSize = DEFAULT_PACKET_SIZE } = options;
  if (!Number.isInteger(packetSize) || packetSize < DEFAULT_PACKET_SIZE || packetSize > MAX_PACKET_SIZE) {
    throw new RangeError(
      `packetSize must be a whole number from ${DEFAULT_PACKET_SIZE} to ${MAX_PACKET_SIZE}, not ${String(packetSize)}`,
    );
  }
  const onError = (error: ProtocolError): void => {
    addOne(errors);
    log.warn({ err: error }, 'an AJP connection was ended');
  };
  return new SocketServer({
    connections: limits.connections,
    outputWindow: limits.outputWindow,
    allow: options.allow,
    onError,
    open: (socket) =>
      new AjpConnection({
        socket,
        limits,
        packetSize,
        secret,
        onRequest: (exchange) => serve(application, exchange, rule),
        onError,
      }),
  });
}
