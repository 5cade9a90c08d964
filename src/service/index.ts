import demo from './demo/index.ts';
import kml from './kml/index.ts';
import tms from './tms/index.ts';
import wms from './wms/index.ts';
import wmts from './wmts/index.ts';

/** Every kind of service, as `services` in mapproxy.yaml names them. */
export const serviceDefinitions = [wms, wmts, tms, kml, demo];
