/** Below it the development server answers itself; no application has such a path. */
export const CONSOLE_PATH = '/__mapgate__/console/';

/** Marks answers that are a page for developers, so that its script can tell when they end. */
export const PROBLEM_HEADER = 'X-Mapgate-Problem';

/** Sent by the scripts of these pages; the terminal does not list such requests. */
export const POLL_HEADER = 'X-Mapgate-Poll';

/** What the development server tells the debugger of a request. No client can: names of header fields become `HTTP_…`. */
export const CONSOLE_VARIABLE = 'mapgate.console';
