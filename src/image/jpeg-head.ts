/** What the head of a JPEG says of the picture (ITU-T T.81 annex B). */
export interface JpegHead {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 colours, 4 CMYK. */
  readonly components: number;
  /** Bits of a sample. */
  readonly precision: number;
  /** Whether an ICC profile explains the colours. */
  readonly hasProfile: boolean;
}

const [SOI, SOS, APP2, TEM, RST0, RST7] = [0xd8, 0xda, 0xe2, 0x01, 0xd0, 0xd7];

/** SOF0 to SOF15; among them are DHT, JPG and DAC, which are no frames. */
const [FIRST_FRAME, LAST_FRAME] = [0xc0, 0xcf];
const NO_FRAMES: ReadonlySet<number> = new Set([0xc4, 0xc8, 0xcc]);

/** Bytes of a frame header up to its number of components. */
const FRAME_HEADER = 8;

const PROFILE = Buffer.from('ICC_PROFILE\0');

/** Reads up to the frame header. Undefined: there is none, or its height is told only behind the picture. */
export function jpegHead(body: Uint8Array): JpegHead | undefined {
  if (body[0] !== 0xff || body[1] !== SOI) return undefined;
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  let hasProfile = false;
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === TEM || (marker >= RST0 && marker <= RST7)) {
      at += 2;
      continue;
    }
    if (marker === SOS) return undefined;
    const segment = at + 2;
    const length = bytes.readUInt16BE(segment);
    if (marker >= FIRST_FRAME && marker <= LAST_FRAME && !NO_FRAMES.has(marker)) {
      if (length < FRAME_HEADER || segment + FRAME_HEADER > bytes.length) return undefined;
      const [height, width] = [bytes.readUInt16BE(segment + 3), bytes.readUInt16BE(segment + 5)];
      if (height === 0 || width === 0) return undefined;
      return { width, height, components: bytes[segment + 7] ?? 0, precision: bytes[segment + 2] ?? 0, hasProfile };
    }
    if (length < 2) return undefined;
    if (marker === APP2) hasProfile ||= PROFILE.equals(bytes.subarray(segment + 2, segment + 2 + PROFILE.length));
    at = segment + length;
  }
  return undefined;
}
