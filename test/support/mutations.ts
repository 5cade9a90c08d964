import fc from 'fast-check';

/** A message with some of its bytes replaced, put in or taken out; now and then nothing of it is left. */
export function mutationsOf(message: Buffer): fc.Arbitrary<Buffer> {
  const change = fc.record({
    at: fc.nat(message.length),
    removed: fc.nat(8),
    added: fc.uint8Array({ maxLength: 8 }),
  });
  const changed = fc.array(change, { maxLength: 4 }).map((changes) =>
    changes.reduce<Buffer>((bytes, { at, removed, added }) => {
      const start = Math.min(at, bytes.length);
      return Buffer.concat([bytes.subarray(0, start), added, bytes.subarray(start + removed)]);
    }, message),
  );
  const garbage = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
  return fc.oneof({ weight: 4, arbitrary: changed }, { weight: 1, arbitrary: garbage });
}

/** A message in pieces, none of them copied. */
export function piecesOf(message: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [
    0,
    ...cuts.map((cut) => cut % (message.length + 1)).sort((one, other) => one - other),
    message.length,
  ];
  return places.slice(1).map((end, index) => message.subarray(places[index], end));
}
