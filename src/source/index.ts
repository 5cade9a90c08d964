import arcgis from './arcgis/index.ts';
import type { SourceDefinition } from './contract.ts';
import debug from './debug/index.ts';
import mapnik from './mapnik/index.ts';
import mapserver from './mapserver/index.ts';
import ogcapimaps from './ogcapimaps/index.ts';
import ogcapitiles from './ogcapitiles/index.ts';
import type { CommonSourceOptions } from './options.ts';
import tile from './tile/index.ts';
import wms from './wms/index.ts';

/** Every kind of source, as `type` in mapproxy.yaml names them. Each is given what its own schema made of the options. */
export const sourceDefinitions: readonly SourceDefinition<CommonSourceOptions>[] = [
  wms,
  tile,
  arcgis,
  mapserver,
  mapnik,
  ogcapitiles,
  ogcapimaps,
  debug,
];
