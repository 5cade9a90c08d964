import { z } from 'zod';
import { type Markup, xml } from '../../http/xml.ts';
import { anyText } from '../../options.ts';

const dates = {
  date_of_publication: anyText.optional(),
  date_of_creation: anyText.optional(),
  date_of_last_revision: anyText.optional(),
};

const locator = z.object({ url: z.string(), media_type: z.string() });

const cited = {
  ...dates,
  title: anyText,
  uris: z.array(anyText).default([]),
  resource_locators: z.array(locator).default([]),
};

const languages = z.object({ default: z.string() });

/** Metadata as the INSPIRE directive asks for, by a link or in capabilities themselves (rows WMS-43, WMS-44). */
export const inspireOptions = z.discriminatedUnion('type', [
  z.object({ type: z.literal('linked'), metadata_url: locator, languages }),
  z.object({
    type: z.literal('embedded'),
    resource_locators: z.array(locator).default([]),
    temporal_reference: z.object(dates),
    conformities: z.array(z.object({ ...cited, degree: anyText })),
    metadata_points_of_contact: z.array(z.object({ organisation_name: anyText, email: anyText })),
    mandatory_keywords: z.array(anyText),
    keywords: z.array(z.object({ ...cited, keyword_value: anyText })).default([]),
    metadata_date: anyText,
    metadata_url: locator.optional(),
    languages,
  }),
]);

export type InspireMetadata = z.infer<typeof inspireOptions>;

/** Namespaces and schema of what `extendedCapabilities` writes. */
export const INSPIRE_NAMESPACES = [
  'xmlns:inspire_common="http://inspire.ec.europa.eu/schemas/common/1.0"',
  'xmlns:inspire_vs="http://inspire.ec.europa.eu/schemas/inspire_vs/1.0"',
].join(' ');

export const INSPIRE_SCHEMA =
  'http://inspire.ec.europa.eu/schemas/inspire_vs/1.0 http://inspire.ec.europa.eu/schemas/inspire_vs/1.0/inspire_vs.xsd';

export function extendedCapabilities(metadata: InspireMetadata): Markup {
  return xml`  <inspire_vs:ExtendedCapabilities>
${metadata.type === 'linked' ? linked(metadata) : embedded(metadata)}
  </inspire_vs:ExtendedCapabilities>`;
}

function linked(metadata: InspireMetadata & { type: 'linked' }): Markup {
  return xml`${metadataUrl(metadata.metadata_url)}
${languageElements(metadata)}`;
}

function embedded(metadata: InspireMetadata & { type: 'embedded' }): Markup {
  return xml`${locators(metadata.resource_locators)}
    <inspire_common:ResourceType>service</inspire_common:ResourceType>
    <inspire_common:TemporalReference>
${dateElements(metadata.temporal_reference)}
    </inspire_common:TemporalReference>
${metadata.conformities.map(
  (one) => xml`    <inspire_common:Conformity>
      <inspire_common:Specification>
${citation(one)}
      </inspire_common:Specification>
      <inspire_common:Degree>${one.degree}</inspire_common:Degree>
    </inspire_common:Conformity>\n`,
)}
${metadata.metadata_points_of_contact.map(
  (one) => xml`    <inspire_common:MetadataPointOfContact>
      <inspire_common:OrganisationName>${one.organisation_name}</inspire_common:OrganisationName>
      <inspire_common:EmailAddress>${one.email}</inspire_common:EmailAddress>
    </inspire_common:MetadataPointOfContact>\n`,
)}
    <inspire_common:MetadataDate>${metadata.metadata_date}</inspire_common:MetadataDate>
    <inspire_common:SpatialDataServiceType>view</inspire_common:SpatialDataServiceType>
${metadata.mandatory_keywords.map(
  (word) => xml`    <inspire_common:MandatoryKeyword>
      <inspire_common:KeywordValue>${word}</inspire_common:KeywordValue>
    </inspire_common:MandatoryKeyword>\n`,
)}
${metadata.keywords.map(
  (one) => xml`    <inspire_common:Keyword>
      <inspire_common:OriginatingControlledVocabulary>
${citation(one)}
      </inspire_common:OriginatingControlledVocabulary>
      <inspire_common:KeywordValue>${one.keyword_value}</inspire_common:KeywordValue>
    </inspire_common:Keyword>\n`,
)}
${languageElements(metadata)}
${metadata.metadata_url && metadataUrl(metadata.metadata_url)}`;
}

type Dates = (InspireMetadata & { type: 'embedded' })['temporal_reference'];
type Locator = z.infer<typeof locator>;

interface Cited extends Dates {
  readonly title: string;
  readonly uris: readonly string[];
  readonly resource_locators: readonly Locator[];
}

/** A specification or a vocabulary. */
function citation({ title, uris, resource_locators: places, ...times }: Cited): Markup {
  return xml`        <inspire_common:Title>${title}</inspire_common:Title>
${dateElements(times)}
${uris.map((uri) => xml`        <inspire_common:URI>${uri}</inspire_common:URI>\n`)}
${locators(places)}`;
}

function dateElements(times: Dates): Markup {
  const { date_of_creation: made, date_of_last_revision: revised, date_of_publication: published } = times;
  return xml`${published !== undefined && xml`      <inspire_common:DateOfPublication>${published}</inspire_common:DateOfPublication>\n`}
${made !== undefined && xml`      <inspire_common:DateOfCreation>${made}</inspire_common:DateOfCreation>\n`}
${revised !== undefined && xml`      <inspire_common:DateOfLastRevision>${revised}</inspire_common:DateOfLastRevision>\n`}`;
}

function locators(places: readonly Locator[]): Markup {
  return xml`${places.map(
    ({ url, media_type: type }) => xml`    <inspire_common:ResourceLocator>
      <inspire_common:URL>${url}</inspire_common:URL>
      <inspire_common:MediaType>${type}</inspire_common:MediaType>
    </inspire_common:ResourceLocator>\n`,
  )}`;
}

function metadataUrl({ url, media_type: type }: Locator): Markup {
  return xml`    <inspire_common:MetadataUrl>
      <inspire_common:URL>${url}</inspire_common:URL>
      <inspire_common:MediaType>${type}</inspire_common:MediaType>
    </inspire_common:MetadataUrl>`;
}

function languageElements({ languages: { default: language } }: InspireMetadata): Markup {
  return xml`    <inspire_common:SupportedLanguages>
      <inspire_common:DefaultLanguage>
        <inspire_common:Language>${language}</inspire_common:Language>
      </inspire_common:DefaultLanguage>
    </inspire_common:SupportedLanguages>
    <inspire_common:ResponseLanguage>
      <inspire_common:Language>${language}</inspire_common:Language>
    </inspire_common:ResponseLanguage>`;
}
