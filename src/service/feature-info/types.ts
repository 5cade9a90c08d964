/** What feature info can be; `featureinfo_types` and `featureinfo_xslt` name them so (rows WMS-38, WMS-40). */
export const INFO_TYPES = ['text', 'html', 'xml', 'json'] as const;

export type InfoType = (typeof INFO_TYPES)[number];

const BY_MEDIA_TYPE: Readonly<Record<string, InfoType>> = {
  'text/xml': 'xml',
  'application/xml': 'xml',
  'application/gml+xml': 'xml',
  'application/vnd.ogc.gml': 'xml',
  'text/html': 'html',
  'application/json': 'json',
};

/** By a media type, with parameters or without; what is none of the others is text. */
export function infoTypeOf(mediaType: string): InfoType {
  const [essence = ''] = mediaType.split(';');
  return BY_MEDIA_TYPE[essence.trim().toLowerCase()] ?? 'text';
}

/** For a document of a media type, which is in UTF-8 where it is text. */
export function infoHeaders(mediaType: string): { readonly 'Content-Type': string } {
  const needsCharset = mediaType.startsWith('text/') && !mediaType.includes(';');
  return { 'Content-Type': needsCharset ? `${mediaType}; charset=utf-8` : mediaType };
}
