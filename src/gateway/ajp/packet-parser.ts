import { ProtocolError } from '@mapgate/fastcgi-kit';
import { PACKET_HEADER, REQUEST_MAGIC } from './codes.ts';

/** Cuts the bytes of a web server into packets; pieces may be of any size. */
export class PacketParser {
  readonly #packetSize: number;
  readonly #onPacket: (payload: Buffer) => void;
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** Bytes until something can be said: the packet's header, then all of it. */
  #needed = PACKET_HEADER;

  /**
   * @param packetSize bytes of the largest packet that is taken, with its header
   * @param onPacket gets each payload; it may keep it
   */
  constructor(packetSize: number, onPacket: (payload: Buffer) => void) {
    this.#packetSize = packetSize;
    this.#onPacket = onPacket;
  }

  /** Whether a packet is begun but not whole. */
  get partial(): boolean {
    return this.#heldBytes > 0;
  }

  /** @throws ProtocolError `malformed` for a wrong magic number, `limit` for a length above the packet size */
  push(chunk: Buffer): void {
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    if (this.#heldBytes < this.#needed) return;
    let bytes = this.#held.length === 1 ? chunk : Buffer.concat(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    for (;;) {
      this.#needed = bytes.length < PACKET_HEADER ? PACKET_HEADER : PACKET_HEADER + this.#payloadLength(bytes);
      if (bytes.length < this.#needed) break;
      const payload = bytes.subarray(PACKET_HEADER, this.#needed);
      bytes = bytes.subarray(this.#needed);
      this.#onPacket(payload);
    }
    if (bytes.length > 0) {
      this.#held.push(bytes);
      this.#heldBytes = bytes.length;
    }
  }

  #payloadLength(bytes: Buffer): number {
    const magic = bytes.readUInt16BE(0);
    if (magic !== REQUEST_MAGIC) {
      throw new ProtocolError('malformed', `a packet begins with 0x${magic.toString(16)} instead of 0x1234`);
    }
    const length = bytes.readUInt16BE(2);
    if (length + PACKET_HEADER > this.#packetSize) {
      throw new ProtocolError(
        'limit',
        `a packet of ${length + PACKET_HEADER} bytes; at most ${this.#packetSize} are taken`,
      );
    }
    return length;
  }
}
