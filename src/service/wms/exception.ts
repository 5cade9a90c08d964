import { NO_CACHE_HEADERS } from '../../http/caching.ts';
import { Response } from '../../http/response.ts';
import { document, type Markup, xml } from '../../http/xml.ts';
import type { WmsVersion } from './version.ts';

/** Content types of exceptions (row WMS-25). */
const CONTENT_TYPES: Readonly<Record<WmsVersion, string>> = {
  '1.0.0': 'text/xml; charset=utf-8',
  '1.1.0': 'application/vnd.ogc.se_xml',
  '1.1.1': 'application/vnd.ogc.se_xml',
  '1.3.0': 'text/xml; charset=utf-8',
};

/**
 * An exception in the format of a version. The status is 500 unless the exception has its own: clients since WMS 1.1.1
 * are used to that from MapProxy (rows TRAP-05, WMS-25).
 */
export function exceptionResponse(version: WmsVersion, message: string, code: string | null, status = 500): Response {
  const headers = { 'Content-Type': CONTENT_TYPES[version], ...NO_CACHE_HEADERS };
  return new Response(status, headers, document(REPORTS[version](message, code)));
}

const REPORTS: Readonly<Record<WmsVersion, (message: string, code: string | null) => Markup>> = {
  '1.0.0': (message) => xml`<?xml version="1.0"?>
<WMTException version="1.0.0">
${message}
</WMTException>
`,
  '1.1.0': (message, code) => xml`<?xml version="1.0"?>
<!DOCTYPE ServiceExceptionReport SYSTEM "http://schemas.opengis.net/wms/1.1.0/exception_1_1_0.dtd">
<ServiceExceptionReport version="1.1.0">
  ${serviceException(message, code)}
</ServiceExceptionReport>
`,
  '1.1.1': (message, code) => xml`<?xml version="1.0"?>
<!DOCTYPE ServiceExceptionReport SYSTEM "http://schemas.opengis.net/wms/1.1.1/exception_1_1_1.dtd">
<ServiceExceptionReport version="1.1.1">
  ${serviceException(message, code)}
</ServiceExceptionReport>
`,
  '1.3.0': (message, code) => xml`<?xml version="1.0"?>
<ServiceExceptionReport version="1.3.0" xmlns="http://www.opengis.net/ogc" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.opengis.net/ogc http://schemas.opengis.net/wms/1.3.0/exceptions_1_3_0.xsd">
  ${serviceException(message, code)}
</ServiceExceptionReport>
`,
};

function serviceException(message: string, code: string | null): Markup {
  return xml`<ServiceException${code !== null && xml` code="${code}"`}>${message}</ServiceException>`;
}
