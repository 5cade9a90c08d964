/**
 * The parts of a stream as they are. `onEnd` is told the bytes once it ended, broke off or was given up; it is not called
 * for a stream that nobody began to read.
 */
export async function* watched(
  body: AsyncIterable<Uint8Array>,
  onStart: () => void,
  onEnd: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  onStart();
  try {
    for await (const chunk of body) {
      bytes += chunk.length;
      yield chunk;
    }
  } finally {
    onEnd(bytes);
  }
}
