import { configuredText, document, type Markup, xml } from '../../http/xml.ts';
import type { ServiceMetadata } from '../../layer/contract.ts';
import { contactInformation } from '../contact-information.ts';
import type { TileMap } from './tile-map.ts';

/** The list of services at `/tms` (row TMS-01). `url` is the service's own, without a trailing slash. */
export function rootResource(title: string, url: string): string {
  return document(xml`<?xml version="1.0"?>
<Services>
  <TileMapService title="${title}" version="1.0.0" href="${url}/1.0.0/" />
</Services>
`);
}

/** The list of tile maps at `/tms/1.0.0` (row TMS-02). */
export function tileMapService(tileMaps: readonly TileMap[], metadata: ServiceMetadata, url: string): string {
  return document(xml`<?xml version="1.0"?>
<TileMapService version="1.0.0">
  <Title>${metadata.title ?? DEFAULT_TITLE}</Title>
  <Abstract>${metadata.abstract}</Abstract>
${keywordList(metadata)}
${contactInformation(metadata)}
  <TileMaps>
${tileMaps.map((tileMap) => tileMapEntry(tileMap, url))}  </TileMaps>
</TileMapService>
`);
}

/** One tile map with its levels at `/tms/1.0.0/<layer>/<spec>` (row TMS-03). */
export function tileMapDocument(tileMap: TileMap, url: string): string {
  const { grid, mimeType } = tileMap.tileSet;
  const [minX, minY, maxX, maxY] = grid.bbox;
  const href = tileMapUrl(tileMap, url);
  const extension = tileMap.extension ?? 'png';
  const mime = tileMap.extension === undefined ? 'image/png' : mimeType;
  return document(xml`<?xml version="1.0"?>
<TileMap version="1.0.0" tilemapservice="${url}/1.0.0/">
  <Title>${tileMap.title}</Title>
  <Abstract>${configuredText(tileMap.layer.abstract ?? '')}</Abstract>
  <SRS>${tileMap.srsName}</SRS>
  <BoundingBox minx="${minX}" miny="${minY}" maxx="${maxX}" maxy="${maxY}" />
  <Origin x="${minX}" y="${minY}" />
  <TileFormat width="${grid.tileSize[0]}" height="${grid.tileSize[1]}" mime-type="${mime}" extension="${extension}" />
  <TileSets profile="${tileMap.profile}">
${tileMap
  .levels()
  .map(
    ({ order, unitsPerPixel }) =>
      xml`    <TileSet href="${href}/${order}" units-per-pixel="${unitsPerPixel}" order="${order}" />\n`,
  )}  </TileSets>
</TileMap>
`);
}

/** An error of TMS (row TMS-08). */
export function errorDocument(message: string): string {
  return document(xml`<?xml version="1.0"?>
<TileMapServerError>
  <Message>${message}</Message>
</TileMapServerError>
`);
}

/** Where a tile map is described and its levels hang. */
export function tileMapUrl(tileMap: TileMap, url: string): string {
  return `${url}/1.0.0/${encodeURIComponent(tileMap.layer.name)}/${encodeURIComponent(tileMap.spec)}`;
}

/** As MapProxy calls a service without a title. */
export const DEFAULT_TITLE = 'MapProxy TMS';

function tileMapEntry(tileMap: TileMap, url: string): Markup {
  const { title, srsName, profile } = tileMap;
  return xml`    <TileMap title="${title}" srs="${srsName}" profile="${profile}" href="${tileMapUrl(tileMap, url)}" />\n`;
}

function keywordList({ keyword_list: lists }: ServiceMetadata): Markup | undefined {
  const keywords = lists?.flatMap((list) => list.keywords) ?? [];
  return keywords.length === 0 ? undefined : xml`  <KeywordList>${keywords.join(' ')}</KeywordList>`;
}
