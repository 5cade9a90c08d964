/** What a web server may have put into the environment of this process about some request of its own. */
const REQUEST_VARIABLES =
  /^(?:HTTP_|REDIRECT_|REMOTE_|REQUEST_|SCRIPT_|CONTENT_|SERVER_|FCGI_|PATH_INFO$|PATH_TRANSLATED$|AUTH_TYPE$|QUERY_STRING$|GATEWAY_INTERFACE$|HTTPS$)/;

/** The environment of a CGI program that is asked by GET (row SRC-61; RFC 3875, section 4.1). */
export function cgiEnvironment(query: string, own: NodeJS.ProcessEnv, software: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(own).filter(([name]) => !REQUEST_VARIABLES.test(name));
  return {
    ...Object.fromEntries(inherited),
    QUERY_STRING: query,
    REQUEST_METHOD: 'GET',
    GATEWAY_INTERFACE: 'CGI/1.1',
    SERVER_ADDR: '127.0.0.1',
    SERVER_NAME: 'localhost',
    SERVER_PROTOCOL: 'HTTP/1.0',
    SERVER_SOFTWARE: software,
  };
}
