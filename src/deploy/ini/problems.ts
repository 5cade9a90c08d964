import { didYouMean } from '../../config/nearest.ts';
import type { Problem } from '../../config/problems.ts';
import type { ConfigPlace } from '../../http/errors.ts';
import type { Options } from './file.ts';

/** What is wrong with .ini files, in the order in which it is found. */
export class IniProblems {
  readonly list: Problem[] = [];

  /** Undefined, so that what cannot be made can be left in one word. */
  error(place: ConfigPlace, message: string): undefined {
    this.list.push({ severity: 'error', message, place });
    return undefined;
  }

  warning(place: ConfigPlace, message: string): undefined {
    this.list.push({ severity: 'warning', message, place });
    return undefined;
  }

  /** Warns of options that are none of these. */
  unknown(options: Options, known: Iterable<string>): void {
    const names = [...known];
    for (const [name, { place }] of options) {
      if (!names.includes(name)) this.warning(place, `unknown '${name}'${didYouMean(name, names)}`);
    }
  }
}

/** `true`, `yes`, `on`, `1`, as MapProxy and Paste read them. */
export function isTrue(text: string | undefined): boolean {
  return /^(?:true|yes|on|y|t|1)$/i.test(text?.trim() ?? '');
}
