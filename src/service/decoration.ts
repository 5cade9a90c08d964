import type { Bbox } from '../grid/types.ts';
import type { Request } from '../http/request.ts';
import type { Raster } from '../image/raster.ts';

/** Whose pictures a hook may change (row AUTH-08); MapProxy does not ask for those of KML. */
export type DecoratedService = 'wms.map' | 'tms' | 'wmts' | 'ogcapi.map';

/**
 * A hook that changes a picture before it is sent (rows AUTH-08, AUTH-09): a seal, a border, a client's name. `environ`
 * and `queryExtent` are as for `Authorize`. What it gives back must be a picture of the same size; the same one, changed
 * in place, will do. A hook that throws or gives back anything else makes the request fail with 500, which is logged.
 *
 * @example
 * ```js
 * // seal.mjs: a red line along the lower edge; named in mapgate.yaml under the map proxy:
 * //   app: {mapproxy: mapproxy.yaml, decorate: ./seal.mjs}
 * export function decorate(image, service, layers, environ, queryExtent) {
 *   const { data, width, height } = image;
 *   const red = Buffer.from([255, 0, 0, 255]);
 *   data.fill(red, (height - 1) * width * red.length);
 *   return image;
 * }
 * ```
 */
export type Decorate = (
  image: Raster,
  service: DecoratedService,
  layers: readonly string[],
  environ: Readonly<Record<string, string>>,
  queryExtent: readonly [srs: string, bbox: Bbox] | undefined,
) => Raster | Promise<Raster>;

/**
 * What the hook makes of a picture.
 *
 * @throws TypeError where that is no picture of the same size
 */
export async function decorated(
  decorate: Decorate,
  image: Raster,
  service: DecoratedService,
  layers: readonly string[],
  request: Request,
  queryExtent: readonly [srs: string, bbox: Bbox] | undefined,
): Promise<Raster> {
  const { width, height } = image;
  // The hook may change it in place, and others may be sent the same picture.
  const own = { ...image, data: Buffer.from(image.data) };
  const result: Partial<Raster> | undefined = await decorate(
    own,
    service,
    layers,
    Object.fromEntries(request.variables()),
    queryExtent,
  );
  const { data } = result ?? {};
  const isPicture = result?.width === width && result.height === height && data instanceof Uint8Array;
  if (!isPicture || data.length !== width * height * CHANNELS) {
    throw new TypeError(`the hook 'decorate' gives back no picture of ${width} x ${height} pixels`);
  }
  // What was opaque may have been made translucent: the pixels are to say it.
  return { data: Buffer.from(data.buffer, data.byteOffset, data.byteLength), width, height, opaque: false };
}

/** Bytes of a pixel. */
const CHANNELS = 4;
