import { NO_CACHE_HEADERS } from '../http/caching.ts';
import { Response } from '../http/response.ts';
import { document, xml } from '../http/xml.ts';

/** An exception of OWS Common 1.1, as WMTS and the OWS front door answer it (rows OWS-01, WMTS-08). */
export interface OwsException {
  readonly code: string;
  readonly locator?: string | undefined;
  readonly text: string;
  /** HTTP status; default: by the code. */
  readonly status?: number | undefined;
}

/** HTTP status by code (row WMTS-08; OGC 07-057r7, the exceptions of GetTile and GetFeatureInfo). */
const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  TileOutOfRange: 400,
  PointIJOutOfRange: 400,
  MissingParameterValue: 400,
  InvalidParameterValue: 400,
  OperationNotSupported: 501,
};

export function owsExceptionReport({ code, locator, text, status }: OwsException): Response {
  const body = document(xml`<?xml version="1.0"?>
<ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows/1.1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:schemaLocation="http://www.opengis.net/ows/1.1 http://schemas.opengis.net/ows/1.1.0/owsExceptionReport.xsd"
  version="1.0.0" xml:lang="en">
  <ows:Exception exceptionCode="${code}"${locator !== undefined && xml` locator="${locator}"`}>
    <ows:ExceptionText>${text}</ows:ExceptionText>
  </ows:Exception>
</ows:ExceptionReport>
`);
  const headers = { 'Content-Type': 'text/xml; charset=utf-8', ...NO_CACHE_HEADERS };
  return new Response(status ?? STATUS_BY_CODE[code] ?? 500, headers, body);
}
