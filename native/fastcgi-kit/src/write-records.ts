import {
  ALIGNMENT_BYTES,
  END_REQUEST_BODY_BYTES,
  HEADER_BYTES,
  MAX_CONTENT_BYTES,
  MAX_WRITTEN_CONTENT_BYTES,
  ProtocolStatus,
  type ProtocolStatusNumber,
  RecordType,
  VERSION,
} from './constants.ts';

/** The closing record of a stream and END_REQUEST. */
const CLOSING_BYTES = HEADER_BYTES + HEADER_BYTES + END_REQUEST_BODY_BYTES;

/** Up to here an answer is copied into one buffer: cheaper than handing the kernel a list of several. */
const MAX_COPIED_BYTES = 32 * 1024;

const ZEROS = Buffer.alloc(ALIGNMENT_BYTES);

/** Bytes that bring content of this length to a multiple of 8. */
function paddingFor(contentLength: number): number {
  return -contentLength & (ALIGNMENT_BYTES - 1);
}

function writeHeader(
  out: Buffer,
  offset: number,
  type: number,
  requestId: number,
  contentLength: number,
  padding: number,
): number {
  out[offset] = VERSION;
  out[offset + 1] = type;
  out[offset + 2] = requestId >>> 8;
  out[offset + 3] = requestId;
  out[offset + 4] = contentLength >>> 8;
  out[offset + 5] = contentLength;
  out[offset + 6] = padding;
  out[offset + 7] = 0;
  return offset + HEADER_BYTES;
}

/**
 * One record, padded to a multiple of 8.
 * @throws RangeError for content of more than 65 535 bytes
 */
export function encodeRecord(type: number, requestId: number, content: Uint8Array): Buffer {
  if (content.length > MAX_CONTENT_BYTES) {
    throw new RangeError(
      `content of ${content.length} bytes does not fit one record; the most is ${MAX_CONTENT_BYTES}`,
    );
  }
  const padding = paddingFor(content.length);
  const out = Buffer.allocUnsafe(HEADER_BYTES + content.length + padding);
  const start = writeHeader(out, 0, type, requestId, content.length, padding);
  out.set(content, start);
  out.fill(0, start + content.length);
  return out;
}

/** END_REQUEST (section 5.5). `appStatus` is what a CGI program would exit with. */
export function encodeEndRequest(requestId: number, appStatus: number, protocolStatus: ProtocolStatusNumber): Buffer {
  const out = Buffer.allocUnsafe(HEADER_BYTES + END_REQUEST_BODY_BYTES);
  writeEndRequest(out, 0, requestId, appStatus, protocolStatus);
  return out;
}

function writeEndRequest(
  out: Buffer,
  offset: number,
  requestId: number,
  appStatus: number,
  protocolStatus: ProtocolStatusNumber,
): void {
  const start = writeHeader(out, offset, RecordType.END_REQUEST, requestId, END_REQUEST_BODY_BYTES, 0);
  out.writeUInt32BE(appStatus >>> 0, start);
  out[start + 4] = protocolStatus;
  out.fill(0, start + 5, start + END_REQUEST_BODY_BYTES);
}

/**
 * Data of a stream as records, split where it is longer than one holds. Empty data gives nothing: an empty record would
 * close the stream.
 * @returns buffers for one vectored write; the data itself is in them uncopied when it is long
 */
export function encodeStream(type: number, requestId: number, data: Uint8Array): Uint8Array[] {
  if (data.length === 0) return [];
  if (data.length <= MAX_COPIED_BYTES) return [encodeRecord(type, requestId, data)];
  const records = new RecordList(type, requestId, data.length);
  records.add(data);
  return records.buffers;
}

/** A stream's closing record. */
export function encodeStreamEnd(type: number, requestId: number): Buffer {
  return encodeRecord(type, requestId, ZEROS.subarray(0, 0));
}

/** The end of a streamed answer: closing STDOUT record and END_REQUEST. */
export function encodeClosing(requestId: number, appStatus: number, protocolStatus: ProtocolStatusNumber): Buffer {
  const out = Buffer.allocUnsafe(CLOSING_BYTES);
  const start = writeHeader(out, 0, RecordType.STDOUT, requestId, 0, 0);
  writeEndRequest(out, start, requestId, appStatus, protocolStatus);
  return out;
}

/**
 * A whole answer: STDOUT with head and body in as few records as they fit, the closing STDOUT record, END_REQUEST.
 * @param head Latin-1 when a string
 * @param body UTF-8 when a string
 * @returns buffers for one vectored write: a single one for a short answer, else the body itself among them
 */
export function encodeAnswer(
  requestId: number,
  head: string | Uint8Array,
  body: string | Uint8Array,
  appStatus: number,
): Uint8Array[] {
  const bodyLength = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  const length = head.length + bodyLength;
  if (length === 0) return [encodeClosing(requestId, appStatus, ProtocolStatus.REQUEST_COMPLETE)];
  if (length <= MAX_COPIED_BYTES) {
    const padding = paddingFor(length);
    const out = Buffer.allocUnsafe(HEADER_BYTES + length + padding + CLOSING_BYTES);
    let offset = writeHeader(out, 0, RecordType.STDOUT, requestId, length, padding);
    offset = put(out, offset, head, 'latin1');
    offset = put(out, offset, body, 'utf8');
    out.fill(0, offset, offset + padding);
    offset = writeHeader(out, offset + padding, RecordType.STDOUT, requestId, 0, 0);
    writeEndRequest(out, offset, requestId, appStatus, ProtocolStatus.REQUEST_COMPLETE);
    return [out];
  }
  const records = new RecordList(RecordType.STDOUT, requestId, length);
  records.add(typeof head === 'string' ? Buffer.from(head, 'latin1') : head);
  records.add(typeof body === 'string' ? Buffer.from(body, 'utf8') : body);
  records.buffers.push(encodeClosing(requestId, appStatus, ProtocolStatus.REQUEST_COMPLETE));
  return records.buffers;
}

function put(out: Buffer, offset: number, data: string | Uint8Array, encoding: 'latin1' | 'utf8'): number {
  if (typeof data === 'string') return offset + out.write(data, offset, encoding);
  out.set(data, offset);
  return offset + data.length;
}

/** Headers, content and padding of one stream's records, where a record may span several pieces of data. */
class RecordList {
  readonly buffers: Uint8Array[] = [];
  readonly #type: number;
  readonly #requestId: number;
  /** Bytes of the stream that have no header yet. */
  #toCome: number;
  /** Bytes that the record in progress still takes. */
  #room = 0;
  #padding = 0;

  /** @param total bytes that will be added in all */
  constructor(type: number, requestId: number, total: number) {
    this.#type = type;
    this.#requestId = requestId;
    this.#toCome = total;
  }

  add(data: Uint8Array): void {
    let offset = 0;
    while (offset < data.length) {
      if (this.#room === 0) this.#open();
      const end = Math.min(offset + this.#room, data.length);
      this.buffers.push(offset === 0 && end === data.length ? data : data.subarray(offset, end));
      this.#room -= end - offset;
      offset = end;
      if (this.#room === 0 && this.#padding > 0) this.buffers.push(ZEROS.subarray(0, this.#padding));
    }
  }

  #open(): void {
    this.#room = Math.min(this.#toCome, MAX_WRITTEN_CONTENT_BYTES);
    this.#toCome -= this.#room;
    this.#padding = paddingFor(this.#room);
    const header = Buffer.allocUnsafe(HEADER_BYTES);
    writeHeader(header, 0, this.#type, this.#requestId, this.#room, this.#padding);
    this.buffers.push(header);
  }
}
