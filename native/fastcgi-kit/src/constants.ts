/** The numbers of FastCGI 1.0 under the specification's names (sections 3.3, 4, 5 and 8). */

/** FCGI_VERSION_1: the only version there is; a record with another one ends the connection. */
export const VERSION = 1;

/** FCGI_HEADER_LEN: version, type, request id (2), content length (2), padding length, reserved. */
export const HEADER_BYTES = 8;

/** Body of BEGIN_REQUEST: role (2), flags, reserved (5). */
export const BEGIN_REQUEST_BODY_BYTES = 8;

/** Body of END_REQUEST: application status (4), protocol status, reserved (3). */
export const END_REQUEST_BODY_BYTES = 8;

/** The content length is 16 bits wide. */
export const MAX_CONTENT_BYTES = 65_535;

/** Content of the records written here: the largest multiple of 8, so that a split stream needs no padding inside. */
export const MAX_WRITTEN_CONTENT_BYTES = 65_528;

/** Records are padded to this: the specification recommends multiples of 8 bytes (section 3.3). */
export const ALIGNMENT_BYTES = 8;

/** FCGI_NULL_REQUEST_ID: management records, which belong to the connection. */
export const NULL_REQUEST_ID = 0;

export const MAX_REQUEST_ID = 65_535;

/** FCGI_LISTENSOCK_FILENO: the descriptor a spawned application accepts on (section 2.2). */
export const LISTENSOCK_FILENO = 0;

/** FCGI_KEEP_CONN in the flags of BEGIN_REQUEST: the web server keeps responsibility for closing. */
export const KEEP_CONN = 1;

export const RecordType = {
  BEGIN_REQUEST: 1,
  ABORT_REQUEST: 2,
  END_REQUEST: 3,
  PARAMS: 4,
  STDIN: 5,
  STDOUT: 6,
  STDERR: 7,
  DATA: 8,
  GET_VALUES: 9,
  GET_VALUES_RESULT: 10,
  UNKNOWN_TYPE: 11,
} as const;

export const RoleNumber = { RESPONDER: 1, AUTHORIZER: 2, FILTER: 3 } as const;

export const ProtocolStatus = {
  REQUEST_COMPLETE: 0,
  CANT_MPX_CONN: 1,
  OVERLOADED: 2,
  UNKNOWN_ROLE: 3,
} as const;

export type ProtocolStatusNumber = (typeof ProtocolStatus)[keyof typeof ProtocolStatus];

/** The variables a web server may ask for with GET_VALUES (section 4.1). */
export const MAX_CONNS = 'FCGI_MAX_CONNS';
export const MAX_REQS = 'FCGI_MAX_REQS';
export const MPXS_CONNS = 'FCGI_MPXS_CONNS';

/**
 * What FCGI_MAX_CONNS says when connections are not limited: web servers read these values into an int and take the
 * smaller of it and their own setting, so the largest int of 32 bits never restrains them.
 */
export const UNLIMITED_VALUE = 2_147_483_647;

/**
 * A body that nobody reads stops the connection at one window when it is alone there. With neighbours the connection
 * goes on being read, and the body is given up at this many windows. Four: a front that multiplexes sends records of at
 * most 64 KiB in turns, so a reader which keeps up on average stays below.
 */
export const STDIN_WINDOWS_AMONG_NEIGHBOURS = 4;
