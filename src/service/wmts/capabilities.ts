import { document, type Markup, xml } from '../../http/xml.ts';
import type { LayerDimension, ServiceMetadata } from '../../layer/contract.ts';
import { geographicBbox } from '../geographic-bbox.ts';
import { isQueryable, type WmtsLayer, type WmtsOffer } from './layers.ts';
import type { MatrixSet, TileMatrix } from './matrix-set.ts';
import type { InfoFormats } from './options.ts';
import type { RestTemplate } from './rest-template.ts';

/**
 * By which way the document was asked for; it describes that one alone, as MapProxy's does (row WMTS-11). `base` is the
 * application's own address, `url` that of the document.
 */
export type WmtsAccess =
  | { readonly way: 'KVP'; readonly base: string; readonly url: string }
  | {
      readonly way: 'RESTful';
      readonly base: string;
      readonly url: string;
      readonly template: RestTemplate;
      readonly infoTemplate: RestTemplate;
    };

export interface CapabilitiesParts {
  readonly offer: WmtsOffer;
  readonly metadata: ServiceMetadata;
  readonly access: WmtsAccess;
  readonly infoFormats: InfoFormats;
}

/** The capabilities of WMTS 1.0.0 (OGC 07-057r7, section 7.1; row WMTS-11). */
export function wmtsCapabilities({ offer, metadata, access, infoFormats }: CapabilitiesParts): string {
  const layers = [...offer.layers.values()];
  const hasInfo = infoFormats.size > 0 && layers.some(isQueryable);
  return document(xml`<?xml version="1.0"?>
<Capabilities xmlns="http://www.opengis.net/wmts/1.0" xmlns:ows="http://www.opengis.net/ows/1.1" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:gml="http://www.opengis.net/gml" xsi:schemaLocation="http://www.opengis.net/wmts/1.0 http://schemas.opengis.net/wmts/1.0/wmtsGetCapabilities_response.xsd" version="1.0.0">
${serviceIdentification(metadata)}
${metadata.contact !== undefined && serviceProvider(metadata.contact, metadata.online_resource)}
${operationsMetadata(access, hasInfo)}
  <Contents>
${layers.map((layer) => layerElement(layer, access, isQueryable(layer) ? infoFormats : NO_FORMATS))}
${[...offer.matrixSets.values()].map(matrixSetElement)}
  </Contents>
${access.way === 'RESTful' && xml`  <ServiceMetadataURL xlink:href="${access.url}"/>`}
</Capabilities>
`);
}

const NO_FORMATS: InfoFormats = new Map();

function serviceIdentification(metadata: ServiceMetadata): Markup {
  return xml`  <ows:ServiceIdentification>
    <ows:Title>${metadata.title ?? 'MapProxy WMTS'}</ows:Title>
    <ows:Abstract>${metadata.abstract}</ows:Abstract>
${keywords(metadata)}
    <ows:ServiceType>OGC WMTS</ows:ServiceType>
    <ows:ServiceTypeVersion>1.0.0</ows:ServiceTypeVersion>
    <ows:Fees>${metadata.fees ?? 'none'}</ows:Fees>
    <ows:AccessConstraints>${metadata.access_constraints ?? 'none'}</ows:AccessConstraints>
  </ows:ServiceIdentification>`;
}

/** OWS Common says a keyword's vocabulary by ows:Type, once for each list (OGC 06-121r3, section 10.6.1). */
function keywords({ keyword_list: lists }: ServiceMetadata): Markup[] | undefined {
  return lists
    ?.filter((list) => list.keywords.length > 0)
    .map(
      ({ vocabulary, keywords: words }) => xml`    <ows:Keywords>
${words.map((word) => xml`      <ows:Keyword>${word}</ows:Keyword>\n`)}
${vocabulary !== undefined && xml`      <ows:Type>${vocabulary}</ows:Type>`}
    </ows:Keywords>
`,
    );
}

function serviceProvider(contact: Readonly<Record<string, string>>, site: string | undefined): Markup {
  return xml`  <ows:ServiceProvider>
    <ows:ProviderName>${contact.organization}</ows:ProviderName>
${site !== undefined && xml`    <ows:ProviderSite xlink:href="${site}"/>`}
    <ows:ServiceContact>
      <ows:IndividualName>${contact.person}</ows:IndividualName>
      <ows:PositionName>${contact.position}</ows:PositionName>
      <ows:ContactInfo>
        <ows:Phone>
${element('ows:Voice', contact.phone)}
${element('ows:Facsimile', contact.fax)}
        </ows:Phone>
        <ows:Address>
${element('ows:DeliveryPoint', contact.address)}
${element('ows:City', contact.city)}
${element('ows:AdministrativeArea', contact.state)}
${element('ows:PostalCode', contact.postcode)}
${element('ows:Country', contact.country)}
${element('ows:ElectronicMailAddress', contact.email)}
        </ows:Address>
      </ows:ContactInfo>
    </ows:ServiceContact>
  </ows:ServiceProvider>`;
}

function element(name: 'ows:Voice' | 'ows:Facsimile' | AddressElement, value: string | undefined): Markup | undefined {
  return value === undefined ? undefined : xml`          <${name}>${value}</${name}>`;
}

type AddressElement = `ows:${
  | 'DeliveryPoint'
  | 'City'
  | 'AdministrativeArea'
  | 'PostalCode'
  | 'Country'
  | 'ElectronicMailAddress'}`;

/** MapProxy lists GetFeatureInfo also where no layer answers it. */
function operationsMetadata(access: WmtsAccess, hasInfo: boolean): Markup {
  const operations = ['GetCapabilities', 'GetTile', ...(hasInfo ? ['GetFeatureInfo'] : [])];
  return xml`  <ows:OperationsMetadata>
${operations.map(
  (name) => xml`    <ows:Operation name="${name}">
      <ows:DCP>
        <ows:HTTP>
          <ows:Get xlink:href="${access.url}">
            <ows:Constraint name="GetEncoding">
              <ows:AllowedValues>
                <ows:Value>${access.way}</ows:Value>
              </ows:AllowedValues>
            </ows:Constraint>
          </ows:Get>
        </ows:HTTP>
      </ows:DCP>
    </ows:Operation>
`,
)}  </ows:OperationsMetadata>`;
}

function layerElement(layer: WmtsLayer, access: WmtsAccess, infoFormats: InfoFormats): Markup | undefined {
  const tiles = [...layer.tiles.values()];
  const first = tiles[0];
  if (first === undefined) return undefined;
  const { tileSet, extension } = first;
  const [west, south, east, north] = geographicBbox(tileSet.extent, tileSet.grid.srs);
  const format = extension === undefined ? 'image/png' : tileSet.mimeType;
  return xml`    <Layer>
      <ows:Title>${layer.title}</ows:Title>
      <ows:Abstract>${layer.abstract}</ows:Abstract>
      <ows:WGS84BoundingBox>
        <ows:LowerCorner>${west} ${south}</ows:LowerCorner>
        <ows:UpperCorner>${east} ${north}</ows:UpperCorner>
      </ows:WGS84BoundingBox>
      <ows:Identifier>${layer.name}</ows:Identifier>
      <Style isDefault="true">
        <ows:Identifier>default</ows:Identifier>
${legendUrl(layer, access)}
      </Style>
      <Format>${format}</Format>
${[...infoFormats.values()].map((mediaType) => xml`      <InfoFormat>${mediaType}</InfoFormat>\n`)}
${layer.layer.dimensions.map((dimension) => dimensionElement(dimension, access))}
${tiles.map(
  ({ matrixSet }) => xml`      <TileMatrixSetLink>
        <TileMatrixSet>${matrixSet.identifier}</TileMatrixSet>
      </TileMatrixSetLink>
`,
)}
${access.way === 'RESTful' && resourceUrl('tile', format, access.template, access, layer, extension ?? 'png')}
${
  access.way === 'RESTful' &&
  [...infoFormats].map(([suffix, mediaType]) =>
    resourceUrl('FeatureInfo', mediaType, access.infoTemplate, access, layer, suffix),
  )
}
    </Layer>
`;
}

function resourceUrl(
  type: 'tile' | 'FeatureInfo',
  format: string,
  template: RestTemplate,
  { base }: WmtsAccess,
  { name }: WmtsLayer,
  suffix: string,
): Markup {
  const url = template.resourceUrl(`${base}/wmts`, name, suffix);
  return xml`      <ResourceURL format="${format}" resourceType="${type}" template="${url}"/>\n`;
}

/** Rows LYR-08, LYR-09. */
function legendUrl({ name, layer }: WmtsLayer, { way, base }: WmtsAccess): Markup | undefined {
  const template = way === 'KVP' ? layer.legendUrls.kvp : layer.legendUrls.rest;
  if (template === undefined) return undefined;
  const url = template.replaceAll('{base_url}', () => base).replaceAll('{layer_name}', encodeURIComponent(name));
  return xml`        <LegendURL format="image/png" xlink:href="${url}"/>`;
}

/** By REST under the name that the template has for it; one that it has no place for cannot be chosen (row WMTS-14). */
function dimensionElement({ name, values, default: own }: LayerDimension, access: WmtsAccess): Markup | undefined {
  const identifier = access.way === 'KVP' ? name : access.template.variableOf(name);
  if (identifier === undefined) return undefined;
  return xml`      <Dimension>
        <ows:Identifier>${identifier}</ows:Identifier>
        <Default>${own}</Default>
${values.map((value) => xml`        <Value>${value}</Value>\n`)}      </Dimension>
`;
}

function matrixSetElement(matrixSet: MatrixSet): Markup {
  const [tileWidth, tileHeight] = matrixSet.grid.tileSize;
  return xml`    <TileMatrixSet>
      <ows:Identifier>${matrixSet.identifier}</ows:Identifier>
      <ows:SupportedCRS>${matrixSet.crs}</ows:SupportedCRS>
${matrixSet.matrices().map((matrix) => matrixElement(matrix, tileWidth, tileHeight))}
    </TileMatrixSet>
`;
}

function matrixElement(matrix: TileMatrix, tileWidth: number, tileHeight: number): Markup {
  return xml`      <TileMatrix>
        <ows:Identifier>${matrix.identifier}</ows:Identifier>
        <ScaleDenominator>${matrix.scaleDenominator}</ScaleDenominator>
        <TopLeftCorner>${matrix.topLeftCorner[0]} ${matrix.topLeftCorner[1]}</TopLeftCorner>
        <TileWidth>${tileWidth}</TileWidth>
        <TileHeight>${tileHeight}</TileHeight>
        <MatrixWidth>${matrix.matrixSize[0]}</MatrixWidth>
        <MatrixHeight>${matrix.matrixSize[1]}</MatrixHeight>
      </TileMatrix>
`;
}
