import { document, type Markup, trusted, xml } from '../../http/xml.ts';
import type { ServiceMetadata } from '../../layer/contract.ts';
import type { Srs } from '../../srs/srs.ts';
import { contactInformation } from '../contact-information.ts';
import type { LayerDescription } from './description.ts';
import type { WmsSettings } from './options.ts';

/** The size of a rendering pixel in metres (OGC 06-042, section 7.2.4.6.9). */
const PIXEL_SIZE = 0.00028;

/** Capabilities of WMS 1.3.0. `url` ends with a question mark (row WMS-06). */
export function capabilities130(root: LayerDescription, settings: WmsSettings, url: string): string {
  const { metadata } = settings;
  const maxSide = Math.floor(Math.sqrt(settings.maxOutputPixels));
  return document(xml`<?xml version="1.0"?>
<WMS_Capabilities xmlns="http://www.opengis.net/wms" xmlns:sld="http://www.opengis.net/sld" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="1.3.0" xsi:schemaLocation="http://www.opengis.net/wms http://schemas.opengis.net/wms/1.3.0/capabilities_1_3_0.xsd http://www.opengis.net/sld http://schemas.opengis.net/sld/1.1.0/sld_capabilities.xsd">
<Service>
  <Name>WMS</Name>
  <Title>${metadata.title ?? 'MapProxy WMS'}</Title>
  <Abstract>${metadata.abstract}</Abstract>
${keywordList(metadata)}
  <OnlineResource xlink:href="${metadata.online_resource ?? url}"/>
${contactInformation(metadata)}
  <Fees>${metadata.fees ?? 'none'}</Fees>
  <AccessConstraints>${metadata.access_constraints ?? 'none'}</AccessConstraints>
  <MaxWidth>${maxSide}</MaxWidth>
  <MaxHeight>${maxSide}</MaxHeight>
</Service>
<Capability>
${requests(settings, url)}
${layerElement(root, [...settings.srs.values()], 1)}</Capability>
</WMS_Capabilities>
`);
}

function keywordList({ keyword_list: lists }: ServiceMetadata): Markup | undefined {
  const keywords =
    lists?.flatMap(({ vocabulary, keywords: words }) => words.map((word) => ({ vocabulary, word }))) ?? [];
  if (keywords.length === 0) return undefined;
  return xml`  <KeywordList>
${keywords.map(
  ({ vocabulary, word }) =>
    xml`    <Keyword${vocabulary !== undefined && xml` vocabulary="${vocabulary}"`}>${word}</Keyword>\n`,
)}  </KeywordList>`;
}

/** GetFeatureInfo is not listed: no layer answers it. Exceptions: row WMS-14. */
function requests(settings: WmsSettings, url: string): Markup {
  const dcpType = xml`<DCPType><HTTP><Get><OnlineResource xlink:href="${url}"/></Get></HTTP></DCPType>`;
  return xml`  <Request>
    <GetCapabilities>
      <Format>text/xml</Format>
      ${dcpType}
    </GetCapabilities>
    <GetMap>
${settings.imageFormats.map((format) => xml`      <Format>${format}</Format>\n`)}
      ${dcpType}
    </GetMap>
  </Request>
  <Exception>
    <Format>XML</Format>
    <Format>INIMAGE</Format>
    <Format>BLANK</Format>
  </Exception>`;
}

/** `crs` is listed on the root layer, whose children inherit it (row WMS-08). */
function layerElement(layer: LayerDescription, crs: readonly Srs[], depth: number): Markup {
  const [west, south, east, north] = layer.geographic;
  const indent = trusted('  '.repeat(depth));
  const hasAbstract = layer.abstract !== undefined && layer.abstract !== '';
  return xml`${indent}<Layer>
${layer.name !== undefined && xml`${indent}  <Name>${layer.name}</Name>`}
${indent}  <Title>${layer.title}</Title>
${hasAbstract && xml`${indent}  <Abstract>${layer.abstract}</Abstract>`}
${crs.map((srs) => xml`${indent}  <CRS>${srs.code}</CRS>\n`)}
${indent}  <EX_GeographicBoundingBox>
${indent}    <westBoundLongitude>${west}</westBoundLongitude>
${indent}    <eastBoundLongitude>${east}</eastBoundLongitude>
${indent}    <southBoundLatitude>${south}</southBoundLatitude>
${indent}    <northBoundLatitude>${north}</northBoundLatitude>
${indent}  </EX_GeographicBoundingBox>
${indent}  <BoundingBox CRS="CRS:84" minx="${west}" miny="${south}" maxx="${east}" maxy="${north}" />
${layer.boxes.filter(({ srs }) => srs.code !== 'CRS:84').map((box) => boundingBox(box, indent))}
${scaleDenominators(layer, indent)}
${layer.layers.map((child) => layerElement(child, [], depth + 1))}${indent}</Layer>
`;
}

/** In the axis order of the CRS (row WMS-27). */
function boundingBox({ srs, bbox }: LayerDescription['boxes'][number], indent: Markup): Markup {
  const [minX, minY, maxX, maxY] = srs.northFirst ? [bbox[1], bbox[0], bbox[3], bbox[2]] : bbox;
  return xml`${indent}  <BoundingBox CRS="${srs.code}" minx="${minX}" miny="${minY}" maxx="${maxX}" maxy="${maxY}" />\n`;
}

function scaleDenominators({ resolutions }: LayerDescription, indent: Markup): Markup | undefined {
  if (resolutions === undefined) return undefined;
  const { finest, coarsest } = resolutions;
  const min =
    finest !== undefined && xml`${indent}  <MinScaleDenominator>${finest / PIXEL_SIZE}</MinScaleDenominator>\n`;
  const max =
    coarsest !== undefined && xml`${indent}  <MaxScaleDenominator>${coarsest / PIXEL_SIZE}</MaxScaleDenominator>`;
  return xml`${min}${max}`;
}
