/** A part of the world: west, south, east, north. */
const CITY = { geometry: [8, 53, 8.5, 53.3], srs: 'EPSG:4326' };

const EVERYTHING = { map: true, featureinfo: true, tile: true };

/** Who sees which layers: anna all of them, tom streets, and cables within the city. */
const RIGHTS = {
  anna: { authorized: 'full' },
  tom: { authorized: 'partial', layers: { streets: EVERYTHING, cables: { map: true, limited_to: CITY } } },
};

/**
 * Asked for each request (MapProxy's words for it): `service` is wms.map, wms.capabilities, tms, wmts, kml, demo ...,
 * `environ` holds the CGI variables. What is not allowed here is not shown.
 */
export function authorize(service, _layers, environ) {
  const rights = Object.hasOwn(RIGHTS, environ.REMOTE_USER ?? '') ? RIGHTS[environ.REMOTE_USER] : undefined;
  if (rights === undefined) return { authorized: 'unauthenticated' };
  // The demo is for everybody who is known; the maps on it are asked for one by one.
  return service === 'demo' ? { authorized: 'full' } : rights;
}
