import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Sandbox } from '../front/sandbox.ts';
import { CgiClient } from './clients/cgi.ts';
import { findProgram } from './debian.ts';

/** Two squares of half a degree by one: red from 8 to 8.5 degrees east, blue from there to 9; 50 to 51 degrees north. */
const AREAS = {
  type: 'FeatureCollection',
  features: [
    { name: 'west', from: 8, to: 8.5 },
    { name: 'east', from: 8.5, to: 9 },
  ].map(({ name, from, to }) => ({
    type: 'Feature',
    properties: { name },
    geometry: {
      type: 'Polygon',
      coordinates: [
        [
          [from, 50],
          [to, 50],
          [to, 51],
          [from, 51],
          [from, 50],
        ],
      ],
    },
  })),
};

const MAP = `
MAP
  NAME "areas"
  EXTENT -180 -90 180 90
  SIZE 256 256
  PROJECTION "init=epsg:4326" END
  IMAGECOLOR 255 255 255
  WEB
    METADATA
      "ows_title" "areas"
      "ows_srs" "EPSG:4326 EPSG:3857"
      "ows_enable_request" "*"
      "ows_onlineresource" "http://localhost/?"
    END
  END
  LAYER
    NAME "areas"
    TYPE POLYGON
    STATUS ON
    CONNECTIONTYPE OGR
    CONNECTION "areas.geojson"
    PROJECTION "init=epsg:4326" END
    TEMPLATE "void"
    METADATA
      "ows_title" "areas"
      "gml_include_items" "all"
      "wms_include_items" "all"
    END
    CLASSITEM "name"
    CLASS NAME "west" EXPRESSION "west" STYLE COLOR 255 0 0 END END
    CLASS NAME "east" EXPRESSION "east" STYLE COLOR 0 0 255 END END
  END
END
`;

/** A MapServer project with one layer, \`areas\`. */
export interface MapserverProject {
  /** The map file. */
  readonly map: string;
  /** MapServer with the settings that version 8 wants in a file. */
  readonly program: string;
}

export function mapserverProject(sandbox: Sandbox): MapserverProject {
  mkdirSync(sandbox.path('mapserver'));
  const [map, program] = [sandbox.path('mapserver', 'areas.map'), sandbox.path('mapserver', 'mapserv')];
  const settings = sandbox.path('mapserver', 'mapserver.conf');
  writeFileSync(map, MAP);
  writeFileSync(sandbox.path('mapserver', 'areas.geojson'), JSON.stringify(AREAS));
  writeFileSync(settings, 'CONFIG\n  ENV\n    MS_MAP_PATTERN "."\n  END\nEND\n');
  writeFileSync(program, `#!/bin/sh\nMAPSERVER_CONFIG_FILE='${settings}' exec ${findProgram('mapserv')}\n`);
  chmodSync(program, 0o755);
  return { map, program };
}

/** Puts MapServer behind HTTP. @returns its address */
export async function serveMapserver(sandbox: Sandbox, { program }: MapserverProject): Promise<string> {
  const client = new CgiClient([program], () => {});
  const server = createServer(async (request, response) => {
    try {
      const { status, headers, body } = await client.ask({ target: request.url ?? '/' });
      response.writeHead(status, headers.flat());
      for await (const chunk of body) response.write(chunk);
      response.end();
    } catch (error) {
      response.destroy(error instanceof Error ? error : undefined);
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  sandbox.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
