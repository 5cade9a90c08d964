/**
 * The contract of a FastCGI application server, fulfilled by two transports: the native one (C++ on libuv) and its
 * TypeScript twin (node:net). One conformance suite runs on both. The vocabulary is the specification's (FastCGI 1.0).
 */

/** Roles an application may take here. FILTER and unknown roles are answered with UNKNOWN_ROLE. */
export type Role = 'responder' | 'authorizer';

/**
 * The name-value pairs of PARAMS, decoded on demand.
 *
 * A name sent twice counts with its last value, as web servers expect (a later `fastcgi_param` overrides an included
 * file); `entries` and `getAll` show every pair in the order received. Values are bytes: `get` reads them as UTF-8
 * where they are valid UTF-8 and as Latin-1 where they are not, `getBytes` gives them untouched.
 */
export interface Params {
  /** Number of pairs received. */
  readonly size: number;
  get(name: string): string | undefined;
  getAll(name: string): string[];
  getBytes(name: string): Buffer | undefined;
  has(name: string): boolean;
  entries(): IterableIterator<[name: string, value: string]>;
  /** Every pair as bytes, in the order received. */
  rawEntries(): IterableIterator<[name: Buffer, value: Buffer]>;
}

/** One FastCGI request, from the end of PARAMS until END_REQUEST is sent. */
export interface FcgiRequest {
  /** The request id on its connection, 1 to 65 535. */
  readonly id: number;
  readonly role: Role;
  /** FCGI_KEEP_CONN: the web server wants the connection kept open after this request. */
  readonly keepConnection: boolean;
  readonly params: Params;
  /**
   * STDIN as a stream with back-pressure: while nobody reads, no more than the window of `limits.stdinWindow` bytes is
   * taken from the peer. A body that ends early (connection lost, ABORT_REQUEST, a limit) rejects with a ProtocolError.
   * May be iterated once; leaving the iteration early drops the rest.
   *
   * All ids of a connection come on one socket, so taking no more means not reading it. That is done while the request
   * is alone on its connection and its PARAMS have ended. With other requests open there the reading goes on for their
   * sake, and the body is given up when four windows of it wait: it rejects, and END_REQUEST says OVERLOADED unless
   * the answer has begun.
   */
  readonly body: AsyncIterable<Buffer>;
  /**
   * Aborts on ABORT_REQUEST and when the peer goes away, until END_REQUEST is sent. Made on first use.
   *
   * After ABORT_REQUEST the web server takes no more output: it is dropped, and `respond`, `end` or `abandon` send
   * END_REQUEST alone (application status as given; `abandon`: 0 when nothing was answered before, else 1).
   */
  readonly signal: AbortSignal;
  /** Whether END_REQUEST is sent or the connection lost; answers after that are dropped silently. */
  readonly ended: boolean;

  /**
   * The whole answer in one write: STDOUT records of head and body, the closing STDOUT record, END_REQUEST.
   * `head` is the CGI header block with its empty line (a string is sent as Latin-1), `body` the rest (a string is sent
   * as UTF-8). The transport keeps a reference to the buffers until they are written: they must not change.
   */
  respond(head: string | Uint8Array, body?: string | Uint8Array | null, appStatus?: number): void;

  /**
   * A part of a streamed answer. False: more than `limits.outputWindow` bytes wait; go on after `drained()`. False as well
   * when the request is aborted or the peer gone, where `drained()` rejects and so ends the application's loop.
   */
  write(chunk: string | Uint8Array): boolean;
  /** Resolves when the output of this request is below the window again; rejects when the request is aborted. */
  drained(): Promise<void>;
  /** Ends a streamed answer: closing STDOUT record, END_REQUEST. */
  end(appStatus?: number): void;
  /** STDERR: lands in the web server's error log. */
  writeStderr(text: string): void;
  /**
   * Gives up an answer that was begun: the web server must not take it for whole. Closes the connection when this is
   * its only request, else sends END_REQUEST with a non-zero application status.
   */
  abandon(reason: string): void;
}

/** Called once per request, at the end of PARAMS. What it throws is told to `onError` and answered with status 500. */
export type RequestHandler = (request: FcgiRequest) => void;

/**
 * Everything a peer can make us hold or wait for has a ceiling. Times are milliseconds; 0 means no limit for times and
 * connections only.
 */
export interface Limits {
  /** Bytes of PARAMS per request. More: END_REQUEST with OVERLOADED, the rest of the request is read and dropped. */
  readonly paramsBytes: number;
  /** Name-value pairs per request. More: as `paramsBytes`. */
  readonly paramsPairs: number;
  /**
   * Open request ids per connection (FCGI_MAX_REQS / connections). More: END_REQUEST with OVERLOADED. With a limit of 1
   * nothing is multiplexed: CANT_MPX_CONN, and GET_VALUES answers FCGI_MPXS_CONNS with 0.
   */
  readonly requestsPerConnection: number;
  /** Bytes of STDIN per request. More: body rejects; END_REQUEST with OVERLOADED unless the answer has begun. */
  readonly stdinBytes: number;
  /** Bytes of STDIN held per request before the transport stops taking more from the peer. */
  readonly stdinWindow: number;
  /** Bytes of output held per request before `write` answers false. */
  readonly outputWindow: number;
  /** Open connections per process (FCGI_MAX_CONNS). More: not accepted, or accepted and not read, until one closes. */
  readonly connections: number;
  /** From the first byte of a connection or of a request to the end of its PARAMS. Later: close. */
  readonly headerTimeout: number;
  /** A connection without a request, new or kept. Later: close. */
  readonly idleTimeout: number;
  /** Output that the peer does not take. Later: close. */
  readonly writeTimeout: number;
  /** STDIN that is awaited by the application and does not come. Later: body rejects, close. */
  readonly bodyTimeout: number;
}

export interface ResponderOptions {
  readonly onRequest: RequestHandler;
  /** Roles taken; default ['responder']. */
  readonly roles?: readonly Role[];
  readonly limits?: Partial<Limits>;
  /** 'auto' (default): native where the addon is built and loads, else TypeScript. */
  readonly transport?: 'auto' | 'native' | 'typescript';
  /** TCP peers that may connect: addresses or CIDR blocks. Default: FCGI_WEB_SERVER_ADDRS, else all. */
  readonly allow?: readonly string[];
  /** A connection was ended for breaking the protocol or a limit; or a handler threw. For logs and metrics. */
  readonly onError?: (error: Error) => void;
}

/** Where to accept connections. */
export type ListenAddress =
  /** A descriptor that already listens or is bound: inherited from a supervisor, a web server, systemd. */
  | { readonly fd: number; readonly backlog?: number }
  /** A unix socket. A stale file is replaced, a live one refused (EADDRINUSE). Mode, owner, group before listening. */
  | {
      readonly path: string;
      readonly mode?: number;
      readonly owner?: number;
      readonly group?: number;
      readonly backlog?: number;
    }
  | { readonly host?: string; readonly port: number; readonly backlog?: number };

/** What a responder accepts on, as bound. */
export type BoundAddress =
  | { readonly path: string }
  | { readonly host: string; readonly port: number }
  | { readonly fd: number };

/** Counters since the start, and what is open now. */
export interface ResponderStats {
  readonly connectionsAccepted: number;
  readonly connectionsOpen: number;
  readonly requests: number;
  readonly requestsOpen: number;
  readonly protocolErrors: number;
  readonly overloaded: number;
  readonly aborted: number;
}

export interface Responder {
  readonly transport: 'native' | 'typescript';
  /** Why the TypeScript transport runs although 'auto' was asked; null else. One line, for the operator. */
  readonly fallbackReason: string | null;
  readonly stats: ResponderStats;
  /** May be called several times: one responder, many addresses. */
  listen(address: ListenAddress): Promise<BoundAddress>;
  /**
   * Stops accepting, lets open requests finish, then closes. A kept connection is closed as soon as it has no request:
   * after its next answer or when `idleGrace` (default 0) ms have passed without one. After `deadline` (default: none)
   * ms what is still open is aborted. Unix socket files made by `listen` are removed unless `keepSocketFile`.
   */
  close(options?: {
    readonly deadline?: number;
    readonly idleGrace?: number;
    readonly keepSocketFile?: boolean;
  }): Promise<void>;
}
