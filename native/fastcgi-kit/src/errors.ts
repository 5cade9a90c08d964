/**
 * Why a request or a connection ended early:
 * `malformed` the bytes break the specification, `limit` a ceiling of `Limits` was passed, `timeout` a time of `Limits`
 * ran out, `aborted` ABORT_REQUEST or our own deadline, `disconnected` the peer went away, `forbidden` the peer is not
 * in the allow list.
 */
export type ProtocolErrorCode = 'malformed' | 'limit' | 'timeout' | 'aborted' | 'disconnected' | 'forbidden';

/** A peer's doing (never the application's) that ended a request body, a request or a connection. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  readonly code: ProtocolErrorCode;

  constructor(code: ProtocolErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
