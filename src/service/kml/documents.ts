import type { Bbox } from '../../grid/types.ts';
import { document, type Markup, xml } from '../../http/xml.ts';
import type { SubTile } from './sub-tiles.ts';

export interface SuperOverlay {
  /** Of the layer. */
  readonly name: string;
  /** Where the tile is, in degrees. */
  readonly region: Bbox;
  readonly subTiles: readonly SubTile[];
  /** Where the layer's tiles and documents hang. */
  readonly url: string;
  /** Of pictures. */
  readonly extension: string;
  /** Pixels. */
  readonly tileWidth: number;
}

/** A picture comes up and goes over so many pixels of its size on the screen (row KML-02). */
const FADE_EXTENT = 8;

/**
 * The document of one tile: the tiles of the next level, as pictures that are shown, and as links to documents that are
 * fetched, once they are large enough on the screen (OGC 07-147r2: Region, NetworkLink, GroundOverlay; row KML-02).
 */
export function superOverlay({ name, region, subTiles, url, extension, tileWidth }: SuperOverlay): string {
  const minLod = Math.trunc(tileWidth / 2);
  return document(xml`<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2">
  <Document>
    <name>${name}</name>
    <Region>
${box('LatLonAltBox', region)}
    </Region>
${subTiles.map(
  (tile) => xml`    <NetworkLink>
      <name>${name} - ${coordText(tile)}</name>
      <Region>
${box('LatLonAltBox', tile.region)}
        <Lod>
          <minLodPixels>${minLod}</minLodPixels>
          <maxLodPixels>-1</maxLodPixels>
        </Lod>
      </Region>
      <Link>
        <href>${url}/${path(tile)}.kml</href>
        <viewRefreshMode>onRegion</viewRefreshMode>
        <viewFormat/>
      </Link>
    </NetworkLink>
`,
)}${subTiles.map(
  (tile) => xml`    <GroundOverlay>
      <name>${coordText(tile)}</name>
      <Region>
${box('LatLonAltBox', tile.region)}
        <Lod>
          <minLodPixels>${minLod}</minLodPixels>
          <maxLodPixels>${tileWidth * 3}</maxLodPixels>
          <minFadeExtent>${FADE_EXTENT}</minFadeExtent>
          <maxFadeExtent>${FADE_EXTENT}</maxFadeExtent>
        </Lod>
      </Region>
      <drawOrder>${tile.coord[2]}</drawOrder>
      <Icon>
        <href>${url}/${path(tile)}.${extension}</href>
      </Icon>
${box('LatLonBox', tile.region)}
    </GroundOverlay>
`,
)}  </Document>
</kml>
`);
}

function box(element: 'LatLonAltBox' | 'LatLonBox', [west, south, east, north]: Bbox): Markup {
  return xml`        <${element}>
          <north>${north.toFixed(6)}</north><south>${south.toFixed(6)}</south>
          <east>${east.toFixed(6)}</east><west>${west.toFixed(6)}</west>
        </${element}>`;
}

/** `(1, 0, 2)`, as Python prints it. */
function coordText({ coord }: SubTile): string {
  return `(${coord.join(', ')})`;
}

function path({ coord: [x, y, z] }: SubTile): string {
  return `${z}/${x}/${y}`;
}
