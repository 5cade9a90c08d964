/**
 * The URL of this application as the client sees it: what capabilities and demo pages must print. `host` includes the
 * port unless it is the scheme's default. `mount` is '' or starts with a slash and does not end with one.
 */
export interface PublicUrl {
  readonly scheme: string;
  readonly host: string;
  readonly mount: string;
  /** `scheme://host` + mount, without a trailing slash, percent-encoded. */
  readonly base: string;
}
