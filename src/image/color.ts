import { z } from 'zod';

/** Red, green, blue and, where given, alpha, each 0 to 255. */
export type Color = readonly [red: number, green: number, blue: number, alpha?: number];

const channel = z.int().min(0).max(255);

const hexadecimal = z
  .string()
  .regex(/^(?:0x|#)?(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$/, "expected a colour such as '#ff8000'")
  .transform((text): Color => {
    const digits = text.replace(/^(?:0x|#)/, '');
    const [red = 0, green = 0, blue = 0, alpha] = Buffer.from(digits, 'hex');
    return alpha === undefined ? [red, green, blue] : [red, green, blue, alpha];
  });

/** A list of three or four numbers, `0xrrggbb`, `#rrggbb` or `#rrggbbaa` (row CFG-13). */
export const colorOption = z.union([
  hexadecimal,
  z.tuple([channel, channel, channel]),
  z.tuple([channel, channel, channel, channel]),
]);
