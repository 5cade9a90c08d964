import { MAX_CONNS, MAX_REQS, MPXS_CONNS, NULL_REQUEST_ID, RecordType, UNLIMITED_VALUE } from './constants.ts';
import type { Limits } from './contract.ts';
import { encodePairs } from './pairs.ts';
import { BufferParams } from './params.ts';
import { encodeRecord } from './write-records.ts';

/** UNKNOWN_TYPE holds the type and 7 reserved bytes (section 4.2). */
const UNKNOWN_TYPE_BODY_BYTES = 8;

/**
 * The answer to GET_VALUES (section 4.1): the variables that were asked for and are known here, each once.
 * @throws ProtocolError when the content is no name-value stream
 */
export function getValuesResult(content: Buffer, limits: Limits): Buffer {
  const asked = new BufferParams(content);
  const known = ownValues(limits).filter(([name]) => asked.has(name));
  return encodeRecord(RecordType.GET_VALUES_RESULT, NULL_REQUEST_ID, encodePairs(known));
}

/** What a web server may know about us before it sends requests. */
function ownValues({ connections, requestsPerConnection }: Limits): (readonly [name: string, value: string])[] {
  const maxConnections = connections === 0 ? UNLIMITED_VALUE : connections;
  const maxRequests = Math.min(maxConnections * requestsPerConnection, UNLIMITED_VALUE);
  return [
    [MAX_CONNS, String(maxConnections)],
    [MAX_REQS, String(maxRequests)],
    [MPXS_CONNS, requestsPerConnection > 1 ? '1' : '0'],
  ];
}

/** The answer to a management record of a type that is not known here (section 4.2). */
export function unknownType(type: number): Buffer {
  const body = Buffer.alloc(UNKNOWN_TYPE_BODY_BYTES);
  body[0] = type;
  return encodeRecord(RecordType.UNKNOWN_TYPE, NULL_REQUEST_ID, body);
}
