import { isMapping } from './yaml.ts';

/** `$NAME` with word characters or `${anything}` (row CFG-09). */
const PLACEHOLDER = /\$(?:(\w+)|\{([^}]+)\})/g;

/**
 * Replaces environment variables in all texts of a configuration, in place; keys stay as they are (rows CFG-09,
 * TRAP-10). What is not set stays as it is written and is told to `warn`, once for each name.
 */
export function expandEnvironment(
  root: unknown,
  environment: Readonly<Record<string, string | undefined>>,
  warn: (message: string) => void,
): void {
  const missing = new Set<string>();
  const seen = new Set<object>();

  const expand = (text: string): string =>
    text.replace(PLACEHOLDER, (placeholder, word?: string, braced?: string) => {
      const name = word ?? braced ?? '';
      const value = environment[name];
      if (value !== undefined) return value;
      if (!missing.has(name)) {
        missing.add(name);
        warn(`Environment variable '${name}' is not set. Using fallback value: '${placeholder}'`);
      }
      return placeholder;
    });

  const walk = (container: unknown): void => {
    if (!Array.isArray(container) && !isMapping(container)) return;
    // Anchored parts are shared: each is expanded once.
    if (seen.has(container)) return;
    seen.add(container);
    const target = container as Record<string, unknown>;
    for (const [key, value] of Object.entries(target)) {
      if (typeof value === 'string') target[key] = expand(value);
      else walk(value);
    }
  };

  walk(root);
}
