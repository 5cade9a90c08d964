import type { Application } from '../../http/application.ts';
import type { Query } from '../../http/query.ts';
import type { Request } from '../../http/request.ts';
import type { Response } from '../../http/response.ts';
import { html, type Markup } from '../../http/xml.ts';
import { internalRequest } from './internal-request.ts';
import { banner, copyable, footer, notFoundPage, page } from './page.ts';
import type { Site } from './site.ts';

/** A document of a service and the way to it. */
interface CapabilitiesDocument {
  readonly title: string;
  readonly application: Application | undefined;
  readonly path: string;
  readonly query: string;
}

/** Which document a parameter of the demo stands for; undefined: none of them is there (row DEMO-03). */
function documentFor(site: Site, query: Query): CapabilitiesDocument | undefined {
  if (query.has('wms_capabilities')) {
    const version = query.get('version') ?? '';
    const suffix = /^\d\.\d\.\d$/.test(version) ? `&VERSION=${version}` : '';
    const parameters = `SERVICE=WMS&REQUEST=GetCapabilities${suffix}`;
    return { title: 'WMS capabilities', application: site.wms?.application, path: '/service', query: parameters };
  }
  if (query.has('wmsc_capabilities')) {
    const parameters = 'SERVICE=WMS&REQUEST=GetCapabilities&VERSION=1.1.1&TILED=true';
    return { title: 'WMS-C capabilities', application: site.wms?.application, path: '/service', query: parameters };
  }
  if (query.has('wmts_capabilities_kvp')) {
    const parameters = 'SERVICE=WMTS&REQUEST=GetCapabilities';
    return { title: 'WMTS capabilities (KVP)', application: site.wmts?.kvp, path: '/service', query: parameters };
  }
  if (query.has('wmts_capabilities')) {
    const path = '/wmts/1.0.0/WMTSCapabilities.xml';
    return { title: 'WMTS capabilities (REST)', application: site.wmts?.rest, path, query: '' };
  }
  if (query.has('tms_capabilities')) {
    const words = [query.get('layer'), query.get('srs')?.replace(':', '')].filter((word) => word !== undefined);
    const title = words.length === 0 ? 'TMS capabilities' : 'TMS tile map';
    const path = `/tms/1.0.0/${words.join('/')}`;
    return { title, application: site.tms?.application, path, query: '' };
  }
  return undefined;
}

/** A page with the capabilities document asked for; undefined when the query asks for none (rows DEMO-03, SEC-04). */
export function capabilitiesPage(site: Site, query: Query, request: Request): Promise<Response> | undefined {
  const asked = documentFor(site, query);
  return asked === undefined ? undefined : show(asked, request);
}

async function show(asked: CapabilitiesDocument, request: Request): Promise<Response> {
  if (asked.application === undefined) return notFoundPage('This service is not configured.');
  const answer = await asked.application(internalRequest(request, asked.path, asked.query));
  const xml = typeof answer.body === 'string' ? answer.body : '';
  const location = encodeURI(asked.path) + (asked.query === '' ? '' : `?${asked.query}`);
  const url = `${request.publicUrl.base}${location}`;
  const body = html`<body>
${banner(asked.title, 'As clients receive it', html`<a class="button" href="..${location}">Open as XML</a>`)}
<main class="content">
${copyable(url, 'address')}
<pre class="document"><code>${highlighted(xml)}</code></pre>
</main>
${footer()}
<script src="static/copy.js"></script>
</body>`;
  return page(asked.title, body, { status: answer.status });
}

/** Tags, with what is around them. */
const TAG = /(<[^>]*>)/;
const ATTRIBUTE = /([\w:-]+="[^"]*")/;

/** A document with its tags, attributes and texts told apart. */
function highlighted(xml: string): Markup[] {
  return xml.split(TAG).map((part) => {
    if (!part.startsWith('<')) return html`${part}`;
    if (part.startsWith('<?') || part.startsWith('<!')) return html`<span class="x-note">${part}</span>`;
    return html`<span class="x-tag">${part.split(ATTRIBUTE).map((piece) => {
      const equals = piece.indexOf('="');
      if (equals === -1 || piece.startsWith('<')) return piece;
      return html`<span class="x-name">${piece.slice(0, equals + 1)}</span><span class="x-value">${piece.slice(equals + 1)}</span>`;
    })}</span>`;
  });
}
