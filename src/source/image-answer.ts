import { SourceError } from '../http/errors.ts';
import { sniffImageKind } from '../image/format.ts';
import { decodeImage, type Raster } from '../image/raster.ts';
import type { Allocate } from '../image/scratch-buffers.ts';
import type { SourceImage } from './contract.ts';
import type { HttpAnswer } from './http/client.ts';

/** How much of an answer that is no picture is logged: exceptions are worth reading, HTML pages are not. */
const LOGGED_BYTES_OF_TEXT = 8000;
const LOGGED_BYTES = 100;

/**
 * The body of an answer that is a picture, by its content type or, where a server is wrong about that, its first
 * bytes.
 *
 * @param message for clients, with the answer's start added only to the log (row SRC-09)
 * @throws SourceError for anything else
 */
export function imageOf(answer: HttpAnswer, message: string): Buffer {
  if (answer.contentType.startsWith('image/') || sniffImageKind(answer.body) !== undefined) return answer.body;
  const isText = answer.contentType.startsWith('text/') || answer.contentType.startsWith('application/vnd.ogc');
  const limit = isText ? LOGGED_BYTES_OF_TEXT : LOGGED_BYTES;
  const start = answer.body.toString('utf8', 0, limit);
  const detail = `${message}: ${answer.contentType}: ${start}${answer.body.length > limit ? ' [output truncated]' : ''}`;
  // Its status says that all is well: on_error must not look for that number (row SRC-06).
  throw new SourceError(message, { detail });
}

/**
 * The pixels of a source's picture.
 *
 * @param allocate gives the memory where they have to be decoded; undefined: it is new
 * @throws SourceError for what cannot be read or is too large
 */
export async function rasterOf(image: Pick<SourceImage, 'body' | 'raster'>, allocate?: Allocate): Promise<Raster> {
  if (image.raster !== undefined) return image.raster;
  try {
    return await decodeImage(image.body ?? Buffer.alloc(0), allocate);
  } catch (cause) {
    throw new SourceError('the image returned from the source cannot be read', { cause });
  }
}
