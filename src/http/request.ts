import { waitingFor } from '../waiting.ts';
import type { Forwarding } from './forwarding.ts';
import type { PublicUrl } from './public-url.ts';

/** What a gateway knows of a request, in the words of CGI (RFC 3875): the raw material of `Request`. */
export interface GatewayRequest {
  /** A CGI variable as received: `REQUEST_METHOD`, `HTTP_HOST`, `REMOTE_USER`. */
  variable(name: string): string | undefined;
  variables(): Iterable<readonly [name: string, value: string]>;
  readonly body: AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
  /** See `Request`. */
  service?: string | undefined;
}

/** What gateway/environ.ts derives from the variables. */
export interface RequestTarget {
  readonly method: string;
  readonly scriptName: string;
  readonly pathInfo: string;
  readonly queryString: string;
}

/**
 * A request as every application sees it, by whichever protocol it came. Everything but the target is read on demand.
 */
export class Request implements RequestTarget {
  readonly method: string;
  /** The mount: '' or `/mapproxy`, decoded, without a trailing slash (SCRIPT_NAME as in PEP 3333). */
  readonly scriptName: string;
  /** The path below the mount, decoded: '' or starting with a slash (PATH_INFO). */
  readonly pathInfo: string;
  /** As sent, not decoded, without the question mark. */
  readonly queryString: string;
  /** What is made of the headers of proxies. */
  readonly forwarding: Forwarding;

  readonly #gateway: GatewayRequest;
  #resolvedUrl: PublicUrl | undefined;

  constructor(target: RequestTarget, gateway: GatewayRequest, forwarding: Forwarding) {
    this.method = target.method;
    this.scriptName = target.scriptName;
    this.pathInfo = target.pathInfo;
    this.queryString = target.queryString;
    this.#gateway = gateway;
    this.forwarding = forwarding;
  }

  /** The same object for a request however it is mounted or changed. */
  get origin(): object {
    return this.#gateway instanceof ChangedGatewayRequest ? this.#gateway.origin : this.#gateway;
  }

  /**
   * By what name the request is counted: `wms`, `tiles`. The map proxy that answers tells it, under however many mounts
   * and filters; undefined: none did. One of a few: a client must not be able to make names up.
   */
  get service(): string | undefined {
    return this.#gateway.service;
  }

  set service(name: string | undefined) {
    this.#gateway.service = name;
  }

  /** A header field by its HTTP name, in any case: `If-None-Match`. */
  header(name: string): string | undefined {
    return this.#gateway.variable(cgiName(name));
  }

  /** A raw CGI variable; for authorisation hooks and gateways. */
  variable(name: string): string | undefined {
    return this.#gateway.variable(name);
  }

  variables(): Iterable<readonly [name: string, value: string]> {
    return this.#gateway.variables();
  }

  get body(): AsyncIterable<Uint8Array> {
    return waitedFor(this.#gateway.body, this.#gateway.signal);
  }

  /** Aborts when the client or the web server goes away. */
  get signal(): AbortSignal {
    return this.#gateway.signal;
  }

  get publicUrl(): PublicUrl {
    this.#resolvedUrl ??= this.forwarding.publicUrl(this);
    return this.#resolvedUrl;
  }

  /** Names of the headers that `publicUrl` is made of, for answers that print it: `Vary` (row SEC-03). */
  get vary(): string {
    return this.forwarding.vary;
  }

  /** Who asked, for logs: the peer, or the client that proxies tell of where they are trusted to. */
  get clientAddress(): string | undefined {
    return this.forwarding.clientAddress(this);
  }

  /** The same request seen from a deeper mount: `segment` (`/osm`) moves from the path to the script name. */
  mountedAt(segment: string): Request {
    if (segment === '' || !(this.pathInfo === segment || this.pathInfo.startsWith(`${segment}/`))) {
      throw new RangeError(`path ${this.pathInfo} is not below ${segment}`);
    }
    const target = {
      method: this.method,
      scriptName: this.scriptName + segment,
      pathInfo: this.pathInfo.slice(segment.length),
      queryString: this.queryString,
    };
    return new Request(target, this.#gateway, this.forwarding);
  }

  /** The same request with other variables or another body: what a filter hands on. */
  with(changes: RequestChanges): Request {
    return new Request(this, new ChangedGatewayRequest(this.#gateway, changes), this.forwarding);
  }
}

export interface RequestChanges {
  /** Set or replaced by name: `REMOTE_USER`. Undefined takes one away. */
  readonly variables?: Readonly<Record<string, string | undefined>>;
  readonly body?: AsyncIterable<Uint8Array>;
}

class ChangedGatewayRequest implements GatewayRequest {
  /** What the gateway made. */
  readonly origin: GatewayRequest;
  readonly #original: GatewayRequest;
  readonly #changed: ReadonlyMap<string, string | undefined>;
  readonly #body: AsyncIterable<Uint8Array> | undefined;

  constructor(original: GatewayRequest, changes: RequestChanges) {
    this.#original = original;
    this.origin = original instanceof ChangedGatewayRequest ? original.origin : original;
    this.#changed = new Map(Object.entries(changes.variables ?? {}));
    this.#body = changes.body;
  }

  variable(name: string): string | undefined {
    return this.#changed.has(name) ? this.#changed.get(name) : this.#original.variable(name);
  }

  *variables(): Iterable<readonly [name: string, value: string]> {
    for (const entry of this.#original.variables()) if (!this.#changed.has(entry[0])) yield entry;
    for (const [name, value] of this.#changed) if (value !== undefined) yield [name, value];
  }

  get body(): AsyncIterable<Uint8Array> {
    return this.#body ?? this.#original.body;
  }

  get service(): string | undefined {
    return this.origin.service;
  }

  set service(name: string | undefined) {
    this.origin.service = name;
  }

  get signal(): AbortSignal {
    return this.#original.signal;
  }
}

/** The same body; who reads it is known to wait for it. */
function waitedFor(body: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]() {
      const parts = body[Symbol.asyncIterator]();
      return {
        next: () => waitingFor(signal, 'body', '', parts.next()),
        ...(parts.return && { return: parts.return.bind(parts) }),
      };
    },
  };
}

/** Names seen are few: the translation of each is made once. The bound keeps odd callers from growing it. */
const CGI_NAMES = new Map<string, string>();
const CGI_NAMES_KEPT = 256;

function cgiName(header: string): string {
  const known = CGI_NAMES.get(header);
  if (known !== undefined) return known;
  const upper = header.toUpperCase().replaceAll('-', '_');
  const name = upper === 'CONTENT_TYPE' || upper === 'CONTENT_LENGTH' ? upper : `HTTP_${upper}`;
  if (CGI_NAMES.size < CGI_NAMES_KEPT) CGI_NAMES.set(header, name);
  return name;
}
