import type { ZodType } from 'zod';
import { SourceError } from '../../http/errors.ts';
import { getLogger } from '../../log.ts';
import type { SourceHttp } from '../http/client.ts';

const log = getLogger('mapproxy.source.ogcapi');

/** Landing page or collection of an OGC API, and what it leads to. */
export class OgcApiDocuments {
  /** Of the landing page, or of the collection. */
  readonly start: string;
  readonly #http: SourceHttp;

  constructor(landingPage: string, collection: string | undefined, http: SourceHttp) {
    const base = landingPage.replace(/\/+$/, '');
    this.start = collection === undefined ? base : `${base}/collections/${encodeURIComponent(collection)}`;
    this.#http = http;
  }

  /**
   * Documents tell how things are, for all clients: the one who happens to be first must not keep others from them by
   * going away, so only the time is limited.
   *
   * @throws SourceError for what is no such document
   */
  async read<Document>(url: string, schema: ZodType<Document>): Promise<Document> {
    const { body } = await this.#http.fetch(url, new AbortController().signal, { accept: 'application/json' });
    try {
      return schema.parse(JSON.parse(body.toString()));
    } catch (cause) {
      const detail = `${url}: ${cause instanceof Error ? cause.message : String(cause)}`;
      throw new SourceError('the OGC API of the source cannot be read', { detail, cause });
    }
  }

  /** The absolute address of a link. @throws SourceError for one to a server that is not the configured one */
  resolve(href: string, document: string): string {
    // Templates have braces, which a URL may not have: they are put back.
    const url = URL.canParse(href, document) ? new URL(href, document) : undefined;
    if (url === undefined || url.host !== new URL(this.start).host) {
      const detail = `a link in ${document} leads to ${url?.host ?? href}`;
      throw new SourceError('the OGC API of the source leads elsewhere', { detail });
    }
    return url.href.replaceAll('%7B', '{').replaceAll('%7D', '}');
  }
}

/** Runs until it succeeded once; those who ask meanwhile share the same run (row SRC-64). */
export class UntilSuccess<Result> {
  readonly #load: () => Promise<Result>;
  #running: Promise<Result> | undefined;

  constructor(load: () => Promise<Result>) {
    this.#load = load;
  }

  get(): Promise<Result> {
    this.#running ??= this.#load().catch((error: unknown) => {
      this.#running = undefined;
      log.warn({ detail: error instanceof SourceError ? error.detail : undefined }, String(error));
      throw error;
    });
    return this.#running;
  }
}
