import type { TileCoord } from '../../grid/types.ts';
import { PRIVATE_HEADERS } from '../../http/caching.ts';
import { RequestError } from '../../http/errors.ts';
import type { Request } from '../../http/request.ts';
import { Response } from '../../http/response.ts';
import type { InfoQuery } from '../../source/contract.ts';
import { pointOf } from '../../source/server-point.ts';
import { AuthorizationError, type Authorize, permissionsFor } from '../authorization.ts';
import { combineInfos } from '../feature-info/combine.ts';
import { infoHeaders } from '../feature-info/types.ts';
import type { WmtsTiles } from './layers.ts';
import type { InfoFormats } from './options.ts';
import { type InfoRequest, invalidValue } from './request.ts';

/** The media type that is asked for by itself or by its suffix (row WMTS-13). @throws RequestError */
export function infoMediaType(asked: string | undefined, formats: InfoFormats): string {
  const offered = [...formats.values()];
  const wanted = asked ?? offered[0] ?? '';
  const mediaType = wanted.includes('/') ? wanted : formats.get(wanted);
  if (mediaType !== undefined && offered.includes(mediaType)) return mediaType;
  throw invalidValue(`unknown infoformat: ${wanted}`, 'infoformat');
}

/**
 * Asks the sources of a layer what is at a pixel of a tile, and puts together what they say (rows WMTS-06, WMS-39).
 *
 * @param coord the tile, in the grid's own origin
 * @throws AuthorizationError, SourceError, RequestError for a layer that cannot be asked and a pixel outside the tile
 */
export async function answerInfo(
  request: Request,
  authorize: Authorize | undefined,
  { layer, tileSet }: WmtsTiles,
  coord: TileCoord,
  { pixel, featureCount }: InfoRequest,
  infoFormat: string,
): Promise<Response> {
  const { srs, tileSize: size } = tileSet.grid;
  const bbox = tileSet.grid.tileBbox(coord);
  const permissions = await permissionsFor(authorize, 'wmts.featureinfo', [layer.name], request, [srs.code, bbox]);
  if (!permissions.permits(layer.name, 'featureinfo')) throw new AuthorizationError(403);
  const sources = layer.infoSources.get(tileSet) ?? [];
  if (sources.length === 0) {
    throw new RequestError(`layer ${layer.name} not queryable`, { code: 'OperationNotSupported' });
  }
  if (!(pixel[0] >= 0 && pixel[0] < size[0] && pixel[1] >= 0 && pixel[1] < size[1])) {
    throw new RequestError(`pixel ${pixel.join(', ')} is outside of the tile`, { code: 'PointIJOutOfRange' });
  }
  const query: InfoQuery = { bbox, size, srs, position: pixel, infoFormat, featureCount, signal: request.signal };
  const headers = { ...infoHeaders(infoFormat), ...(authorize !== undefined && PRIVATE_HEADERS) };
  const place = pointOf(query);
  const limits = [...permissions.limitsOf(layer.name), ...permissions.limits];
  // Outside of what the client may see there is nothing (row AUTH-06).
  const isVisible = limits.every((limit) => limit.containsPoint(place, srs));
  const answers = isVisible ? await Promise.all(sources.map((source) => source.getFeatureInfo(query))) : [];
  const combined = combineInfos(answers.filter((answer) => answer !== null));
  return new Response(200, headers, combined?.body ?? '');
}
