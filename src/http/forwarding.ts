import type { PublicUrl } from './public-url.ts';
import type { Request } from './request.ts';

/** What is made of the headers by which proxies tell of the client: X-Forwarded-*, Forwarded, X-Script-Name. */
export interface Forwarding {
  /** Whether the request's peer is believed: else those headers count for nothing. */
  readonly trusts: boolean;
  /** Names of the headers that public URLs are made of, whoever asks: what Vary has to name (row SEC-03). */
  readonly vary: string;
  publicUrl(request: Request): PublicUrl;
  /** The address of the client, as far as peers that are believed tell it. */
  clientAddress(request: Request): string | undefined;
}
