/** The numbers of AJP 1.3 (Apache Tomcat's protocol reference, "Request Packet Structure" and "Response Packet Structure"). */

/** First bytes of a packet to us, and of one to the web server ("AB"). */
export const REQUEST_MAGIC = 0x1234;
export const RESPONSE_MAGIC = 0x4142;

/** Bytes of magic and length in front of each packet's payload. */
export const PACKET_HEADER = 4;

/** What every peer sends and takes; mod_jk's max_packet_size and Apache's ProxyIOBufferSize go to the largest. */
export const DEFAULT_PACKET_SIZE = 8192;
export const MAX_PACKET_SIZE = 65_536;

/** First byte of a payload to us. A packet of body data has none: it begins with its length. */
export const Prefix = { FORWARD_REQUEST: 2, SHUTDOWN: 7, PING: 8, CPING: 10 } as const;

/** First byte of a payload to the web server. */
export const Reply = {
  SEND_BODY_CHUNK: 3,
  SEND_HEADERS: 4,
  END_RESPONSE: 5,
  GET_BODY_CHUNK: 6,
  CPONG_REPLY: 9,
} as const;

/** Methods by number, from 1. */
export const METHODS: readonly string[] = [
  ...['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'PROPFIND', 'PROPPATCH', 'MKCOL', 'COPY', 'MOVE'],
  ...['LOCK', 'UNLOCK', 'ACL', 'REPORT', 'VERSION-CONTROL', 'CHECKIN', 'CHECKOUT', 'UNCHECKOUT', 'SEARCH'],
  ...['MKWORKSPACE', 'UPDATE', 'LABEL', 'MERGE', 'BASELINE-CONTROL', 'MKACTIVITY'],
];

/** The method has no number; attribute `stored_method` names it. */
export const STORED_METHOD = 0xff;

/** A header name is a number when its first byte is this, else a string of that length. */
export const CODED_NAME = 0xa0;

/** Names of request headers by the second byte of their code, from 1. */
export const REQUEST_HEADERS: readonly string[] = [
  ...['accept', 'accept-charset', 'accept-encoding', 'accept-language', 'authorization', 'connection', 'content-type'],
  ...['content-length', 'cookie', 'cookie2', 'host', 'pragma', 'referer', 'user-agent'],
];

/** Names of response headers by the second byte of their code, from 1. */
export const RESPONSE_HEADERS: readonly string[] = [
  ...['content-type', 'content-language', 'content-length', 'date', 'last-modified', 'location', 'set-cookie'],
  ...['set-cookie2', 'servlet-engine', 'status', 'www-authenticate'],
];

/** A string that is not there. */
export const NULL_STRING = 0xffff;

export const Attribute = {
  CONTEXT: 0x01,
  SERVLET_PATH: 0x02,
  REMOTE_USER: 0x03,
  AUTH_TYPE: 0x04,
  QUERY_STRING: 0x05,
  ROUTE: 0x06,
  SSL_CERT: 0x07,
  SSL_CIPHER: 0x08,
  SSL_SESSION: 0x09,
  REQUEST_ATTRIBUTE: 0x0a,
  SSL_KEY_SIZE: 0x0b,
  SECRET: 0x0c,
  STORED_METHOD: 0x0d,
  DONE: 0xff,
} as const;
