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
export { DEFAULT_LIMITS, resolveLimits } from './limits.ts';
export { encodePairs, indexPairs, type PairIndex, type PairsInput } from './pairs.ts';
export { BufferParams } from './params.ts';
export { allowedPeers, PeerList } from './peers.ts';
export { type BoundSocket, bindSocket, type SocketAddress } from './sockets.ts';
export type { UnixSocketPlace } from './unix-socket.ts';
