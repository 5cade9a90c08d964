import { document, type Markup, trusted, xml } from '../../http/xml.ts';
import type { TileLayer, TileSet } from '../../layer/contract.ts';
import { contactInformation } from '../contact-information.ts';
import type { InfoType } from '../feature-info/types.ts';
import { type CapabilitiesParts, type LayerDescription, legendUrl } from './description.ts';
import { infoMediaType } from './feature-info.ts';
import { hasLegend } from './layer-tree.ts';
import type { WmsSettings } from './options.ts';
import type { WmsVersion } from './version.ts';

type DtdVersion = Exclude<WmsVersion, '1.3.0'>;

const DTDS: Readonly<Record<DtdVersion, string>> = {
  '1.0.0': 'http://schemas.opengis.net/wms/1.0.0/capabilities_1_0_0.dtd',
  '1.1.0': 'http://schemas.opengis.net/wms/1.1.0/capabilities_1_1_0.dtd',
  '1.1.1': 'http://schemas.opengis.net/wms/1.1.1/WMS_MS_Capabilities.dtd',
};

/** MIME types as version 1.0.0 names them. */
const WORDS_100: Readonly<Record<string, string>> = {
  'image/png': 'PNG',
  'image/jpeg': 'JPEG',
  'image/gif': 'GIF',
  'image/tiff': 'TIFF',
  'image/GeoTIFF': 'GeoTIFF',
};

const TILE_SET_DTD = `<!ELEMENT VendorSpecificCapabilities (TileSet*) >
<!ELEMENT TileSet (SRS, BoundingBox?, Resolutions, Width, Height, Format, Layers*, Styles*) >
<!ELEMENT Resolutions (#PCDATA) >
<!ELEMENT Width (#PCDATA) >
<!ELEMENT Height (#PCDATA) >
<!ELEMENT Layers (#PCDATA) >
<!ELEMENT Styles (#PCDATA) >`;

/** Types of feature info as version 1.0.0 names them; it has no word for HTML and JSON, and calls text so. */
const INFO_WORDS_100: Readonly<Partial<Record<InfoType, string>>> = { text: 'MIME', xml: 'GML.1' };

/** Standards of metadata as 1.1.1 names them (row LYR-10). */
const METADATA_TYPES_111: Readonly<Record<string, string>> = { 'ISO19115:2003': 'TC211', 'FGDC:1998': 'FGDC' };

/** Capabilities of the versions that a DTD describes. */
export function dtdCapabilities(version: DtdVersion, parts: CapabilitiesParts): string {
  const { root, settings, url } = parts;
  const { metadata } = settings;
  const site = metadata.online_resource ?? url;
  return document(xml`<?xml version="1.0"?>
<!DOCTYPE WMT_MS_Capabilities SYSTEM "${DTDS[version]}"
[
${parts.tileLayers.length > 0 ? trusted(TILE_SET_DTD) : trusted('<!ELEMENT VendorSpecificCapabilities EMPTY>')}
]>
<WMT_MS_Capabilities version="${version}">
<Service>
  <Name>OGC:WMS</Name>
  <Title>${metadata.title ?? 'MapProxy WMS'}</Title>
  <Abstract>${metadata.abstract}</Abstract>
  ${version === '1.0.0' ? xml`<OnlineResource>${site}</OnlineResource>` : onlineResource(site)}
${version !== '1.0.0' && contactInformation(metadata)}
  <Fees>${metadata.fees ?? 'none'}</Fees>
  <AccessConstraints>${metadata.access_constraints ?? 'none'}</AccessConstraints>
</Service>
<Capability>
${version === '1.0.0' ? requests100(parts) : requests(version, parts)}
${version !== '1.0.0' && parts.tileLayers.length > 0 && tileSets(parts.tileLayers)}
${layerElement(root, version, parts, 1)}</Capability>
</WMT_MS_Capabilities>
`);
}

function onlineResource(url: string): Markup {
  return xml`<OnlineResource xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="${url}"/>`;
}

/** What no layer can answer is not listed. Exceptions: row WMS-14. */
function requests(version: DtdVersion, { root, settings, url }: CapabilitiesParts): Markup {
  const dcpType = xml`<DCPType><HTTP><Get>${onlineResource(url)}</Get></HTTP></DCPType>`;
  return xml`  <Request>
    <GetCapabilities>
      <Format>application/vnd.ogc.wms_xml</Format>
      ${dcpType}
    </GetCapabilities>
    <GetMap>
${settings.imageFormats.map((format) => xml`      <Format>${format}</Format>\n`)}
      ${dcpType}
    </GetMap>
${
  root.isQueryable &&
  xml`    <GetFeatureInfo>
${settings.infoTypes.map((type) => xml`      <Format>${infoMediaType(version, type)}</Format>\n`)}
      ${dcpType}
    </GetFeatureInfo>`
}
${
  version === '1.1.1' &&
  hasLegend(root.source) &&
  xml`    <GetLegendGraphic>
${settings.imageFormats.map((format) => xml`      <Format>${format}</Format>\n`)}
      ${dcpType}
    </GetLegendGraphic>`
}
  </Request>
  <Exception>
    <Format>application/vnd.ogc.se_xml</Format>
    <Format>application/vnd.ogc.se_inimage</Format>
    <Format>application/vnd.ogc.se_blank</Format>
  </Exception>`;
}

/** Tiles for clients of WMS-C (row WMS-35). */
function tileSets(layers: readonly TileLayer[]): Markup {
  const sets = layers.flatMap(({ name, tileSets: all }) => all.map((tileSet) => ({ name, ...partsOf(tileSet) })));
  return xml`  <VendorSpecificCapabilities>
${sets.map(
  ({ name, code, bbox, resolutions, width, height, format }) => xml`    <TileSet>
      <SRS>${code}</SRS>
      <BoundingBox SRS="${code}" minx="${bbox[0]}" miny="${bbox[1]}" maxx="${bbox[2]}" maxy="${bbox[3]}" />
      <Resolutions>${resolutions.join(' ')}</Resolutions>
      <Width>${width}</Width>
      <Height>${height}</Height>
      <Format>${format}</Format>
      <Layers>${name}</Layers>
      <Styles></Styles>
    </TileSet>\n`,
)}  </VendorSpecificCapabilities>`;
}

function partsOf({ grid, extent: bbox, format }: TileSet) {
  const [width, height] = grid.tileSize;
  return { code: grid.srs.code, bbox, resolutions: grid.resolutions, width, height, format };
}

function requests100({ root, settings, url }: CapabilitiesParts): Markup {
  const dcpType = xml`<DCPType><HTTP><Get onlineResource="${url}"/></HTTP></DCPType>`;
  const words = settings.imageFormats.map((format) => WORDS_100[format]).filter((word) => word !== undefined);
  return xml`  <Request>
    <Map>
      <Format>${words.map((word) => trusted(`<${word}/>`))}</Format>
      ${dcpType}
    </Map>
    <Capabilities>
      <Format><WMS_XML/></Format>
      ${dcpType}
    </Capabilities>
${
  root.isQueryable &&
  xml`    <FeatureInfo>
      <Format>${settings.infoTypes.flatMap((type) => INFO_WORDS_100[type] ?? []).map((word) => trusted(`<${word}/>`))}</Format>
      ${dcpType}
    </FeatureInfo>`
}
  </Request>
  <Exception>
    <Format><INIMAGE/><BLANK/><WMS_XML/></Format>
  </Exception>`;
}

function layerElement(layer: LayerDescription, version: DtdVersion, parts: CapabilitiesParts, depth: number): Markup {
  const { settings } = parts;
  const [west, south, east, north] = layer.geographic;
  const indent = trusted('  '.repeat(depth));
  const hasAbstract = layer.abstract !== undefined && layer.abstract !== '';
  return xml`${indent}<Layer${layer.isQueryable && trusted(' queryable="1"')}>
${layer.name !== undefined && xml`${indent}  <Name>${layer.name}</Name>`}
${indent}  <Title>${layer.title}</Title>
${hasAbstract && xml`${indent}  <Abstract>${layer.abstract}</Abstract>`}
${srsElements(version, settings, depth === 1, indent)}
${indent}  <LatLonBoundingBox minx="${west}" miny="${south}" maxx="${east}" maxy="${north}" />
${layer.boxes.map(
  ({ srs, bbox }) =>
    xml`${indent}  <BoundingBox SRS="${srs.code}" minx="${bbox[0]}" miny="${bbox[1]}" maxx="${bbox[2]}" maxy="${bbox[3]}" />\n`,
)}
${version !== '1.0.0' && dimensionElements(layer, version, indent)}
${version === '1.1.1' && metadataUrls(layer, indent)}
${styleElement(layer, version, parts, indent)}
${scaleHint(layer, indent)}
${layer.layers.map((child) => layerElement(child, version, parts, depth + 1))}${indent}</Layer>
`;
}

/** Row WMS-13, as the DTD has it: the names first, then their values. 1.0.0 has no place for them. */
function dimensionElements({ dimensions }: LayerDescription, version: DtdVersion, indent: Markup): Markup {
  // 1.1.0 cannot say whether the nearest value is taken.
  const nearest = version === '1.1.1' && trusted(' nearestValue="0"');
  return xml`${dimensions.map(
    ({ name }) => xml`${indent}  <Dimension name="${name}" units="${name.includes('time') ? 'ISO8601' : ''}" />\n`,
  )}${dimensions.map(
    (one) =>
      xml`${indent}  <Extent name="${one.name}" default="${one.default}"${nearest}>${one.values.join(',')}</Extent>\n`,
  )}`;
}

function metadataUrls({ metadata }: LayerDescription, indent: Markup): Markup {
  return xml`${metadata.metadataUrls.map(({ url, format, type }) => {
    const known = METADATA_TYPES_111[type ?? ''];
    if (known === undefined) return undefined;
    return xml`${indent}  <MetadataURL type="${known}">
${indent}    <Format>${format}</Format>
${indent}    ${onlineResource(url)}
${indent}  </MetadataURL>\n`;
  })}`;
}

/** Legends are asked for in 1.1.1, which older clients can follow too (row WMS-12). */
function styleElement(
  layer: LayerDescription,
  version: DtdVersion,
  { url, legends }: CapabilitiesParts,
  indent: Markup,
): Markup | undefined {
  const size = legends.get(layer.source);
  if (size === undefined || layer.name === undefined) return undefined;
  const address = legendUrl(url, '1.1.1', layer.name);
  if (version === '1.0.0') {
    return xml`${indent}  <Style>
${indent}    <Name>default</Name>
${indent}    <Title>default</Title>
${indent}    <StyleURL>${address}</StyleURL>
${indent}  </Style>`;
  }
  return xml`${indent}  <Style>
${indent}    <Name>default</Name>
${indent}    <Title>default</Title>
${indent}    <LegendURL width="${size[0]}" height="${size[1]}">
${indent}      <Format>image/png</Format>
${indent}      ${onlineResource(address)}
${indent}    </LegendURL>
${indent}  </Style>`;
}

/** On the root layer only; before 1.1.1 on every layer, all in one element (row WMS-08). */
function srsElements(version: DtdVersion, settings: WmsSettings, isRoot: boolean, indent: Markup): Markup | undefined {
  const codes = [...settings.srs.values()].map((srs) => srs.code);
  if (version !== '1.1.1') return xml`${indent}  <SRS>${codes.join(' ')}</SRS>`;
  if (!isRoot) return undefined;
  return xml`${codes.map((code) => xml`${indent}  <SRS>${code}</SRS>\n`)}`;
}

/** The diagonal of a pixel at the finest and the coarsest resolution, in metres (row WMS-11). */
function scaleHint({ resolutions }: LayerDescription, indent: Markup): Markup | undefined {
  if (resolutions === undefined) return undefined;
  const min = resolutions.finest === undefined ? 0 : diagonal(resolutions.finest);
  const max = resolutions.coarsest === undefined ? 1e12 : diagonal(resolutions.coarsest);
  return xml`${indent}  <ScaleHint min="${min}" max="${max}" />`;
}

function diagonal(resolution: number): number {
  return Math.sqrt(2 * resolution ** 2);
}
