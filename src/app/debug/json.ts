import type { z } from 'zod';
import type { Request } from '../../http/request.ts';
import { Response } from '../../http/response.ts';

/** An answer to a script of the developers' pages. */
export function jsonResponse(status: number, content: object): Response {
  const headers = {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  };
  return new Response(status, headers, JSON.stringify(content));
}

/** A JSON body; undefined where it is larger than `limit` bytes, no JSON, or not of this shape. */
export async function readJson<Content>(
  request: Request,
  limit: number,
  shape: z.ZodType<Content>,
): Promise<Content | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body) {
    bytes += chunk.length;
    if (bytes > limit) return undefined;
    chunks.push(chunk);
  }
  try {
    return shape.safeParse(JSON.parse(Buffer.concat(chunks).toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
