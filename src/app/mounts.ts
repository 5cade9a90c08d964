import type { Application } from '../http/application.ts';
import { textResponse } from '../http/response.ts';

/**
 * Several applications under one roof, as Paste's urlmap: the longest mount that the path is at or below counts, and
 * moves from the path to the script name. `''` or `/` takes what no other does; else that is 404.
 */
export function mountApplications(mounts: ReadonlyMap<string, Application>): Application {
  const byPath = new Map([...mounts].map(([path, application]) => [normalMount(path), application]));
  const deepest = Math.max(0, ...[...byPath.keys()].map((path) => path.split('/').length - 1));
  return (request) => {
    for (const end of prefixEnds(request.pathInfo, deepest)) {
      const mount = request.pathInfo.slice(0, end);
      const application = byPath.get(mount);
      if (application !== undefined) return application(mount === '' ? request : request.mountedAt(mount));
    }
    return textResponse(404, 'not found');
  };
}

/** `/osm/` and `osm` are `/osm`; `/` is ''. */
export function normalMount(path: string): string {
  const trimmed = path.replace(/^\/+|\/+$/g, '');
  return trimmed === '' ? '' : `/${trimmed}`;
}

/** Where the prefixes of a path end that are no deeper than a mount can be, longest first; the last is 0. */
function prefixEnds(path: string, deepest: number): number[] {
  const ends = [0];
  for (let depth = 0, start = 0; depth < deepest && start < path.length; depth++) {
    const slash = path.indexOf('/', start + 1);
    start = slash === -1 ? path.length : slash;
    ends.unshift(start);
  }
  return ends;
}
