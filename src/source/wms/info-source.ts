import type { InfoAnswer, InfoQuery, InfoSource, InfoTransform } from '../contract.ts';
import type { ServerAbilities } from '../server-map.ts';
import { pointForServer } from '../server-point.ts';
import { getFeatureInfoQuery } from './request.ts';
import type { WmsServer } from './server.ts';

const DEFAULT_FORMAT = 'image/png';

export interface WmsInfoParts extends Pick<ServerAbilities, 'srs' | 'preferredSrs'> {
  readonly name: string;
  readonly server: WmsServer;
  /** Format of the map that the question is about. */
  readonly format: string | undefined;
  /** Always asked for, whatever the client wants (row SRC-26). */
  readonly infoFormat: string | undefined;
  readonly transform: InfoTransform | undefined;
  /** What the transformation makes. */
  readonly transformedFormat: string | undefined;
}

/** Asks a server that speaks WMS what is at a point (rows SRC-25 to SRC-27). */
export class WmsInfoSource implements InfoSource {
  readonly name: string;
  readonly #parts: WmsInfoParts;

  constructor(parts: WmsInfoParts) {
    this.name = parts.name;
    this.#parts = parts;
  }

  async getFeatureInfo(query: InfoQuery): Promise<InfoAnswer | null> {
    const { server, infoFormat, format, transform, transformedFormat } = this.#parts;
    const asked = pointForServer(this.#parts, query);
    if (asked === null) return null;
    const wanted = infoFormat ?? query.infoFormat;
    const parameters = getFeatureInfoQuery(server, { ...asked, infoFormat: wanted, format: format ?? DEFAULT_FORMAT });
    const { body, contentType } = await server.http.fetch(`${server.address}?${parameters}`, query.signal);
    if (transform !== undefined) {
      return { body: await transform(body, query.signal), contentType: transformedFormat ?? infoFormat ?? 'text/xml' };
    }
    return { body, contentType: infoFormat ?? (contentType === '' ? (query.infoFormat ?? '') : contentType) };
  }
}
