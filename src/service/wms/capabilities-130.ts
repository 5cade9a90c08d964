import { document, type Markup, trusted, xml } from '../../http/xml.ts';
import type { LayerAttribution, LayerMetadata, MetadataLink, ServiceMetadata } from '../../layer/contract.ts';
import type { Srs } from '../../srs/srs.ts';
import { contactInformation } from '../contact-information.ts';
import { type CapabilitiesParts, type LayerDescription, legendUrl } from './description.ts';
import { infoMediaType } from './feature-info.ts';
import { extendedCapabilities, INSPIRE_NAMESPACES, INSPIRE_SCHEMA } from './inspire.ts';
import { hasLegend } from './layer-tree.ts';

/** The size of a rendering pixel in metres (OGC 06-042, section 7.2.4.6.9). */
const PIXEL_SIZE = 0.00028;

/** Capabilities of WMS 1.3.0. */
export function capabilities130(parts: CapabilitiesParts): string {
  const { root, settings, url } = parts;
  const { metadata } = settings;
  const maxSide = Math.floor(Math.sqrt(settings.maxOutputPixels));
  return document(xml`<?xml version="1.0"?>
<WMS_Capabilities xmlns="http://www.opengis.net/wms" xmlns:sld="http://www.opengis.net/sld" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"${settings.inspire && trusted(` ${INSPIRE_NAMESPACES}`)} version="1.3.0" xsi:schemaLocation="http://www.opengis.net/wms http://schemas.opengis.net/wms/1.3.0/capabilities_1_3_0.xsd http://www.opengis.net/sld http://schemas.opengis.net/sld/1.1.0/sld_capabilities.xsd${settings.inspire && trusted(` ${INSPIRE_SCHEMA}`)}">
<Service>
  <Name>WMS</Name>
  <Title>${metadata.title ?? 'MapProxy WMS'}</Title>
  <Abstract>${metadata.abstract}</Abstract>
${keywordList(metadata.keyword_list, trusted('  '))}
  <OnlineResource xlink:href="${metadata.online_resource ?? url}"/>
${contactInformation(metadata)}
  <Fees>${metadata.fees ?? 'none'}</Fees>
  <AccessConstraints>${metadata.access_constraints ?? 'none'}</AccessConstraints>
  <MaxWidth>${maxSide}</MaxWidth>
  <MaxHeight>${maxSide}</MaxHeight>
</Service>
<Capability>
${requests(parts)}
${settings.inspire && extendedCapabilities(settings.inspire)}
${layerElement(root, parts, 1)}</Capability>
</WMS_Capabilities>
`);
}

function keywordList(lists: ServiceMetadata['keyword_list'], indent: Markup): Markup | undefined {
  const keywords =
    lists?.flatMap(({ vocabulary, keywords: words }) => words.map((word) => ({ vocabulary, word }))) ?? [];
  if (keywords.length === 0) return undefined;
  return xml`${indent}<KeywordList>
${keywords.map(
  ({ vocabulary, word }) =>
    xml`${indent}  <Keyword${vocabulary !== undefined && xml` vocabulary="${vocabulary}"`}>${word}</Keyword>\n`,
)}${indent}</KeywordList>`;
}

/** What no layer can answer is not listed. Exceptions: row WMS-14. */
function requests({ root, settings, url }: CapabilitiesParts): Markup {
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
${
  root.isQueryable &&
  xml`    <GetFeatureInfo>
${settings.infoTypes.map((type) => xml`      <Format>${infoMediaType('1.3.0', type)}</Format>\n`)}
      ${dcpType}
    </GetFeatureInfo>`
}
${
  hasLegend(root.source) &&
  xml`    <sld:GetLegendGraphic>
${settings.imageFormats.map((format) => xml`      <Format>${format}</Format>\n`)}
      ${dcpType}
    </sld:GetLegendGraphic>`
}
  </Request>
  <Exception>
    <Format>XML</Format>
    <Format>INIMAGE</Format>
    <Format>BLANK</Format>
  </Exception>`;
}

/** Systems are listed on the root layer, whose children inherit them (row WMS-08). */
function layerElement(layer: LayerDescription, parts: CapabilitiesParts, depth: number): Markup {
  const crs: readonly Srs[] = depth === 1 ? [...parts.settings.srs.values()] : [];
  const [west, south, east, north] = layer.geographic;
  const indent = trusted('  '.repeat(depth));
  const hasAbstract = layer.abstract !== undefined && layer.abstract !== '';
  return xml`${indent}<Layer${layer.isQueryable && trusted(' queryable="1"')}>
${layer.name !== undefined && xml`${indent}  <Name>${layer.name}</Name>`}
${indent}  <Title>${layer.title}</Title>
${hasAbstract && xml`${indent}  <Abstract>${layer.abstract}</Abstract>`}
${keywordList(layer.metadata.keywordLists, trusted('  '.repeat(depth + 1)))}
${crs.map((srs) => xml`${indent}  <CRS>${srs.code}</CRS>\n`)}
${indent}  <EX_GeographicBoundingBox>
${indent}    <westBoundLongitude>${west}</westBoundLongitude>
${indent}    <eastBoundLongitude>${east}</eastBoundLongitude>
${indent}    <southBoundLatitude>${south}</southBoundLatitude>
${indent}    <northBoundLatitude>${north}</northBoundLatitude>
${indent}  </EX_GeographicBoundingBox>
${indent}  <BoundingBox CRS="CRS:84" minx="${west}" miny="${south}" maxx="${east}" maxy="${north}" />
${layer.boxes.filter(({ srs }) => srs.code !== 'CRS:84').map((box) => boundingBox(box, indent))}
${layer.dimensions.map((dimension) => dimensionElement(dimension, indent))}
${attributionElement(layer.metadata.attribution, indent)}
${identifiers(layer.metadata, indent)}
${layer.metadata.metadataUrls.map((link) => linkElement('MetadataURL', link, indent))}
${layer.metadata.dataUrls.map((link) => linkElement('DataURL', link, indent))}
${layer.metadata.featureLists.map((link) => linkElement('FeatureListURL', link, indent))}
${styleElement(layer, parts, indent)}
${scaleDenominators(layer, indent)}
${layer.layers.map((child) => layerElement(child, parts, depth + 1))}${indent}</Layer>
`;
}

/** Row WMS-13. Units are ISO 8601 for times and not told for the rest. */
function dimensionElement(dimension: LayerDescription['dimensions'][number], indent: Markup): Markup {
  const { name, values } = dimension;
  const units = name.includes('time') ? 'ISO8601' : '';
  return xml`${indent}  <Dimension name="${name}" units="${units}" default="${dimension.default}" nearestValue="0">${values.join(',')}</Dimension>\n`;
}

function attributionElement(attribution: LayerAttribution | undefined, indent: Markup): Markup | undefined {
  if (attribution === undefined) return undefined;
  const { title, url, logo } = attribution;
  return xml`${indent}  <Attribution>
${title !== undefined && xml`${indent}    <Title>${title}</Title>`}
${url !== undefined && xml`${indent}    <OnlineResource xlink:href="${url}"/>`}
${
  logo !== undefined &&
  xml`${indent}    <LogoURL${logo.width !== undefined && xml` width="${logo.width}"`}${logo.height !== undefined && xml` height="${logo.height}"`}>
${indent}      <Format>${logo.format}</Format>
${indent}      <OnlineResource xlink:href="${logo.url}"/>
${indent}    </LogoURL>`
}
${indent}  </Attribution>`;
}

/** Who names the layer, and how. */
function identifiers({ identifiers: all }: LayerMetadata, indent: Markup): Markup {
  const authorities = all.filter(({ url }) => url !== undefined);
  return xml`${authorities.map(
    ({ name, url }) => xml`${indent}  <AuthorityURL name="${name}">
${indent}    <OnlineResource xlink:href="${url}"/>
${indent}  </AuthorityURL>\n`,
  )}${all.map(({ name, value }) => xml`${indent}  <Identifier authority="${name}">${value}</Identifier>\n`)}`;
}

function linkElement(
  name: 'MetadataURL' | 'DataURL' | 'FeatureListURL',
  { url, format, type }: MetadataLink,
  indent: Markup,
): Markup {
  const tag = trusted(name);
  return xml`${indent}  <${tag}${name === 'MetadataURL' && type !== undefined && xml` type="${type}"`}>
${indent}    <Format>${format}</Format>
${indent}    <OnlineResource xlink:href="${url}"/>
${indent}  </${tag}>\n`;
}

/** Row WMS-12. */
function styleElement(
  layer: LayerDescription,
  { url, legends, settings }: CapabilitiesParts,
  indent: Markup,
): Markup | undefined {
  const size = legends.get(layer.source);
  if (size === undefined || layer.name === undefined) return undefined;
  return xml`${indent}  <Style>
${indent}    <Name>${settings.inspire === undefined ? 'default' : 'inspire_common:DEFAULT'}</Name>
${indent}    <Title>default</Title>
${indent}    <LegendURL width="${size[0]}" height="${size[1]}">
${indent}      <Format>image/png</Format>
${indent}      <OnlineResource xlink:type="simple" xlink:href="${legendUrl(url, '1.3.0', layer.name)}"/>
${indent}    </LegendURL>
${indent}  </Style>`;
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
