import { ConfigError } from '../../http/errors.ts';
import {
  attribute,
  both,
  COMPARISONS,
  type Condition,
  compare,
  constant,
  either,
  like,
  negate,
  type Operand,
} from './conditions.ts';

type Properties = Readonly<Record<string, unknown>>;

/**
 * A filter of features by their attributes, in the words of OGR's SQL (row COV-04): comparisons, IN, LIKE, ILIKE,
 * BETWEEN, IS NULL, AND, OR, NOT and parentheses; names may be in double quotes, text is in single quotes. Equality of
 * text does not look at the case. Of a whole SELECT only the condition counts.
 *
 * @param where undefined: all features
 * @throws ConfigError with the place at which it is not understood
 */
export function compileWhere(where: string | undefined): (properties: Properties) => boolean {
  const condition = where === undefined ? '' : conditionOf(where);
  if (condition === '') return () => true;
  const parsed = new Parser(condition).parse();
  return (properties) => parsed(withLowerKeys(properties)) === true;
}

const SELECT = /^\s*select\s+.+?\s+from\s+(?:"[^"]*"|'[^']*'|\S+)\s*(?:where\s+(.*))?$/is;

function conditionOf(where: string): string {
  if (!/^\s*select\b/i.test(where)) return where.trim();
  const select = SELECT.exec(where);
  if (select === null) throw new ConfigError(`only SELECT ... FROM ... WHERE ... is understood, not: ${where}`);
  return select[1]?.trim() ?? '';
}

/** Names of attributes are the same in any case. */
function withLowerKeys(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key.toLowerCase(), value]));
}

const TOKEN =
  /\s*(?:('(?:[^']|'')*')|("(?:[^"]|"")*")|([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)|(\w+)|(<>|!=|<=|>=|[=<>(),]))/iy;

interface Token {
  readonly kind: 'text' | 'name' | 'number' | 'word' | 'sign';
  readonly text: string;
  /** Characters before it. */
  readonly at: number;
}

const KINDS = ['text', 'name', 'number', 'word', 'sign'] as const;

class Parser {
  readonly #source: string;
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(source: string) {
    this.#source = source;
    this.#tokens = this.#scan();
  }

  parse(): Condition {
    const condition = this.#or();
    if (this.#peek() !== undefined) throw this.#unexpected();
    return condition;
  }

  #scan(): Token[] {
    const tokens: Token[] = [];
    const pattern = new RegExp(TOKEN);
    while (this.#source.slice(pattern.lastIndex).trim() !== '') {
      const at = pattern.lastIndex;
      const match = pattern.exec(this.#source);
      if (match === null) throw new ConfigError(`where is not understood from here: ${this.#source.slice(at).trim()}`);
      const group = match.findIndex((part, index) => index > 0 && part !== undefined);
      const kind = KINDS[group - 1];
      if (kind !== undefined) tokens.push({ kind, text: match[group] ?? '', at });
    }
    return tokens;
  }

  #or(): Condition {
    let left = this.#and();
    while (this.#takeWord('OR')) left = either(left, this.#and());
    return left;
  }

  #and(): Condition {
    let left = this.#not();
    while (this.#takeWord('AND')) left = both(left, this.#not());
    return left;
  }

  #not(): Condition {
    return this.#takeWord('NOT') ? negate(this.#not()) : this.#comparison();
  }

  #comparison(): Condition {
    if (this.#takeSign('(')) {
      const inner = this.#or();
      this.#expectSign(')');
      return inner;
    }
    const left = this.#operand();
    const sign = this.#peek();
    if (sign?.kind === 'sign' && sign.text in COMPARISONS) {
      this.#next++;
      return compare(left, sign.text, this.#operand());
    }
    return this.#wordComparison(left);
  }

  #wordComparison(left: Operand): Condition {
    if (this.#takeWord('IS')) {
      const isNegated = this.#takeWord('NOT');
      this.#expectWord('NULL');
      return (properties) => (left(properties) === null) !== isNegated;
    }
    const isNegated = this.#takeWord('NOT');
    const condition = this.#membership(left);
    return isNegated ? negate(condition) : condition;
  }

  #membership(left: Operand): Condition {
    if (this.#takeWord('IN')) {
      this.#expectSign('(');
      const conditions = [compare(left, '=', this.#operand())];
      while (this.#takeSign(',')) conditions.push(compare(left, '=', this.#operand()));
      this.#expectSign(')');
      return conditions.reduce(either);
    }
    if (this.#takeWord('BETWEEN')) {
      const least = compare(left, '>=', this.#operand());
      this.#expectWord('AND');
      return both(least, compare(left, '<=', this.#operand()));
    }
    const ignoresCase = this.#takeWord('ILIKE');
    if (!ignoresCase && !this.#takeWord('LIKE')) throw this.#unexpected();
    return like(left, this.#operand(), ignoresCase);
  }

  #operand(): Operand {
    const token = this.#peek();
    this.#next++;
    switch (token?.kind) {
      case 'text':
        return constant(token.text.slice(1, -1).replaceAll("''", "'"));
      case 'number':
        return constant(Number(token.text));
      case 'name':
        return attribute(token.text.slice(1, -1).replaceAll('""', '"'));
      case 'word':
        if (/^(?:true|false)$/i.test(token.text)) return constant(token.text.toLowerCase() === 'true');
        return /^null$/i.test(token.text) ? constant(null) : attribute(token.text);
      default:
        this.#next--;
        throw this.#unexpected();
    }
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#next];
  }

  #takeWord(word: string): boolean {
    return this.#take('word', word);
  }

  #takeSign(sign: string): boolean {
    return this.#take('sign', sign);
  }

  #take(kind: Token['kind'], text: string): boolean {
    const token = this.#peek();
    if (token?.kind !== kind || token.text.toUpperCase() !== text) return false;
    this.#next++;
    return true;
  }

  #expectWord(word: string): void {
    if (!this.#takeWord(word)) throw this.#unexpected();
  }

  #expectSign(sign: string): void {
    if (!this.#takeSign(sign)) throw this.#unexpected();
  }

  #unexpected(): ConfigError {
    const token = this.#peek();
    if (token === undefined) return new ConfigError(`where ends too early: ${this.#source}`);
    return new ConfigError(`where is not understood from here: ${this.#source.slice(token.at).trim()}`);
  }
}
