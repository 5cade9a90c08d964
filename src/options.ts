import { z } from 'zod';

/** A date or time as YAML 1.1 reads it from unquoted text (row TRAP-01). Without a zone it is local time. */
export class Timestamp {
  /** As Python prints it: `2020-08-25`, `2020-08-25 12:30:00`. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

const laterOptions = new WeakSet<z.ZodType>();

/** Marks an option that is read but has no effect so far; the configuration check says so where it is used. */
export function notYet<Schema extends z.ZodType>(schema: Schema): Schema {
  laterOptions.add(schema);
  return schema;
}

export function isNotYet(schema: z.ZodType): boolean {
  return laterOptions.has(schema);
}

/** Any single value, as the text that Python makes of it: `True`, `0.5`, `2020-08-25`. */
export const anyText = z
  .union([z.string(), z.number(), z.boolean(), z.instanceof(Timestamp)])
  .transform((value) => (typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value)));

/** One word or a list of words; always read as a list. */
export const oneOrMore = z.union([z.string().transform((word) => [word]), z.array(z.string())]);

/** West, south, east, north: a list of four numbers or a text with commas (row GRD-04). */
export const bboxOption = z
  .union([
    z.string().transform((text) => text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)))),
    z.array(z.union([z.number(), z.string().transform(Number)])),
  ])
  .pipe(z.tuple([z.number(), z.number(), z.number(), z.number()]));

/** Columns and rows, or width and height: two whole numbers from 1. */
export const sizeOption = z.tuple([z.int().positive(), z.int().positive()]);
