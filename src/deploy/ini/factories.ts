import type { ConfigPlace } from '../../http/errors.ts';

/** What makes an application, a filter or a server: named by `use`, or by a `paste.*_factory` option. */
export interface Factory {
  /** `mapproxy#app`, `flup#fcgi_fork`: lower case but for the entry's name. */
  readonly name: string;
  /** As written, for messages. */
  readonly written: string;
  readonly place: ConfigPlace;
}

/** Functions of MapProxy that are also named directly. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  'mapproxy.wsgiapp:app_factory': 'mapproxy#app',
  'mapproxy.multiapp:app_factory': 'mapproxy#multiapp',
  'paste.urlmap:urlmap_factory': 'paste#urlmap',
};

/** A factory by what follows `egg:` or `call:`, or by its function. */
export function factoryOf(written: string, place: ConfigPlace): Factory {
  const [, scheme, specification = ''] = /^(egg|call):(.*)$/i.exec(written) ?? [];
  if (scheme?.toLowerCase() === 'egg') {
    const [distribution = '', entry = 'main'] = specification.split('#');
    return { name: `${distribution.trim().toLowerCase()}#${entry.trim()}`, written, place };
  }
  const reference = scheme === undefined ? written : specification;
  return { name: FUNCTIONS[reference.trim()] ?? reference, written, place };
}

/** Options that name a function, by what they make. */
export const FACTORY_OPTIONS = {
  app: ['paste.app_factory', 'paste.composite_factory', 'paste.composit_factory'],
  filter: ['paste.filter_factory', 'paste.filter_app_factory'],
  server: ['paste.server_factory', 'paste.server_runner'],
} as const;
