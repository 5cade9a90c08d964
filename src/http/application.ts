import type { Request } from './request.ts';
import type { Response } from './response.ts';

/**
 * What a gateway serves. May answer at once: a cached tile does, which spares the request a turn of the event loop.
 * An application that throws or rejects is answered with 500 by the gateway and logged.
 */
export type Application = (request: Request) => Response | Promise<Response>;

/** Wraps an application. */
export type Filter = (application: Application) => Application;

/** An application with something to close: databases, connection pools, watchers. */
export interface ClosableApplication {
  readonly application: Application;
  close(): Promise<void>;
}
