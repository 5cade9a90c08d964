import { decodePath, encodePath } from '../../http/percent.ts';
import type { Request } from '../../http/request.ts';

/** Where a framework finds the path of a request; as in a request line. */
export interface FrameworkTarget {
  /** Path below the mount, and query: starts with a slash. */
  readonly url: string;
  /** '' at the root, else starts with a slash. */
  readonly mount: string;
}

/**
 * The target below the mount. The path is as the client escaped it, where the web server still tells: frameworks decode
 * it themselves, and to them `%2F` is no slash.
 */
export function frameworkTarget(request: Request): FrameworkTarget {
  const path = request.pathInfo === '' ? '/' : (pathAsSent(request) ?? encodePath(request.pathInfo));
  const url = request.queryString === '' ? path : `${path}?${request.queryString}`;
  return { url, mount: encodePath(request.scriptName) };
}

/** The path of REQUEST_URI, or what follows the mount in it: whichever is PATH_INFO when it is decoded. */
function pathAsSent(request: Request): string | undefined {
  const path = request.variable('REQUEST_URI')?.split('?', 1)[0] ?? '';
  const below = withoutSegments(path, request.scriptName.split('/').length - 1);
  return [path, below].find((candidate) => decodePath(candidate) === request.pathInfo);
}

/** A path without so many of its first segments. */
function withoutSegments(path: string, count: number): string {
  let start = 0;
  for (let left = count; left > 0 && start !== -1; left--) start = path.indexOf('/', start + 1);
  return start === -1 ? '' : path.slice(start);
}
