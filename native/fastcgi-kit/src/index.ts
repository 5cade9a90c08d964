export { requestAbort } from './abort.ts';
export { type CgiHead, parseCgiHead } from './cgi-head.ts';
export { FcgiClient, type FcgiClientAddress, type FcgiClientRequest, fcgiRequest } from './client.ts';
export type { FcgiEnd, FcgiResponse, FcgiResult } from './client-response.ts';
export {
  MAX_CONNS,
  MAX_REQS,
  MPXS_CONNS,
  ProtocolStatus,
  RecordType,
  RoleNumber,
} from './constants.ts';
export type {
  BoundAddress,
  FcgiRequest,
  Limits,
  ListenAddress,
  Params,
  RequestHandler,
  Responder,
  ResponderOptions,
  ResponderStats,
  Role,
} from './contract.ts';
export { ProtocolError, type ProtocolErrorCode } from './errors.ts';
export { DEFAULT_LIMITS, LIMIT_RANGES, type ResolvedOptions, resolveLimits } from './limits.ts';
export { type Listener, listenOn } from './listener.ts';
export { encodePairs, indexPairs, type PairIndex, type PairsInput } from './pairs.ts';
export { BufferParams } from './params.ts';
export { allowedPeers, PeerList } from './peers.ts';
export { RecordParser, type RecordSink } from './records.ts';
export { createResponder } from './responder.ts';
export { type BoundSocket, bindSocket, type SocketAddress } from './sockets.ts';
export type { UnixSocketPlace } from './unix-socket.ts';
export { encodeAnswer, encodeEndRequest, encodeRecord, encodeStream } from './write-records.ts';
