import { type ProtocolError, resolveLimits } from '@mapgate/fastcgi-kit';
import type { Application } from '../../http/application.ts';
import { getLogger } from '../../log.ts';
import { addOne, counter } from '../../metrics.ts';
import type { TargetRule } from '../environ.ts';
import { serve } from '../exchange.ts';
import type { GatewayOptions } from '../limits.ts';
import { SocketServer } from '../socket-server.ts';
import { ScgiConnection } from './connection.ts';

const log = getLogger('mapgate.gateway.scgi');
const errors = counter('protocolErrors', 'scgi');

/**
 * An SCGI server for an application; not yet listening. Of the limits, those of the head are answered with 431, that of
 * the body with 413, late bodies with 408; late heads and peers that take no output are disconnected.
 */
export function scgiServer(
  application: Application,
  rule: TargetRule = {},
  options: GatewayOptions = {},
): SocketServer {
  const limits = resolveLimits(options.limits);
  const onError = (error: ProtocolError): void => {
    addOne(errors);
    log.warn({ err: error }, 'an SCGI connection was ended');
  };
  return new SocketServer({
    connections: limits.connections,
    outputWindow: limits.outputWindow,
    allow: options.allow,
    onError,
    open: (socket) =>
      new ScgiConnection({
        socket,
        limits,
        onRequest: (exchange) => serve(application, exchange, rule),
        onError,
      }),
  });
}
