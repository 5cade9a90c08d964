import { document, type Markup, trusted, xml } from '../../http/xml.ts';
import { contactInformation } from '../contact-information.ts';
import type { LayerDescription } from './description.ts';
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

/** Capabilities of the versions that a DTD describes. `url` ends with a question mark (row WMS-06). */
export function dtdCapabilities(
  version: DtdVersion,
  root: LayerDescription,
  settings: WmsSettings,
  url: string,
): string {
  const { metadata } = settings;
  const site = metadata.online_resource ?? url;
  return document(xml`<?xml version="1.0"?>
<!DOCTYPE WMT_MS_Capabilities SYSTEM "${DTDS[version]}"
[
<!ELEMENT VendorSpecificCapabilities EMPTY>
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
${version === '1.0.0' ? requests100(settings, url) : requests(settings, url)}
${layerElement(root, version, settings, 1)}</Capability>
</WMT_MS_Capabilities>
`);
}

function onlineResource(url: string): Markup {
  return xml`<OnlineResource xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="${url}"/>`;
}

/** GetFeatureInfo is not listed: no layer answers it. Exceptions: row WMS-14. */
function requests(settings: WmsSettings, url: string): Markup {
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
  </Request>
  <Exception>
    <Format>application/vnd.ogc.se_xml</Format>
    <Format>application/vnd.ogc.se_inimage</Format>
    <Format>application/vnd.ogc.se_blank</Format>
  </Exception>`;
}

function requests100(settings: WmsSettings, url: string): Markup {
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
  </Request>
  <Exception>
    <Format><INIMAGE/><BLANK/><WMS_XML/></Format>
  </Exception>`;
}

function layerElement(layer: LayerDescription, version: DtdVersion, settings: WmsSettings, depth: number): Markup {
  const [west, south, east, north] = layer.geographic;
  const indent = trusted('  '.repeat(depth));
  const hasAbstract = layer.abstract !== undefined && layer.abstract !== '';
  return xml`${indent}<Layer>
${layer.name !== undefined && xml`${indent}  <Name>${layer.name}</Name>`}
${indent}  <Title>${layer.title}</Title>
${hasAbstract && xml`${indent}  <Abstract>${layer.abstract}</Abstract>`}
${srsElements(version, settings, depth === 1, indent)}
${indent}  <LatLonBoundingBox minx="${west}" miny="${south}" maxx="${east}" maxy="${north}" />
${layer.boxes.map(
  ({ srs, bbox }) =>
    xml`${indent}  <BoundingBox SRS="${srs.code}" minx="${bbox[0]}" miny="${bbox[1]}" maxx="${bbox[2]}" maxy="${bbox[3]}" />\n`,
)}
${scaleHint(layer, indent)}
${layer.layers.map((child) => layerElement(child, version, settings, depth + 1))}${indent}</Layer>
`;
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
