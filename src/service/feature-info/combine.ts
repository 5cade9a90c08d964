import { isUtf8 } from 'node:buffer';
import { parse, parseFragment, serialize, type DefaultTreeAdapterTypes as Tree } from 'parse5';
import { serializeToWellFormedString } from 'slimdom';
import { getLogger } from '../../log.ts';
import type { InfoAnswer } from '../../source/contract.ts';
import { decodeText, parseXml } from '../../source/documents.ts';
import { type InfoType, infoTypeOf } from './types.ts';

const log = getLogger('mapproxy.featureinfo');

export interface CombinedInfo {
  readonly body: Buffer;
  readonly type: InfoType;
}

/**
 * One document of what several sources say (row WMS-39): elements of later XML documents are put into the first, the
 * bodies of HTML after each other, JSON is merged, text follows on a new line. Documents of different types are text.
 * What cannot be read is left out with a warning. A single document in UTF-8 stays as it is. Undefined: nothing is left.
 */
export function combineInfos(answers: readonly InfoAnswer[]): CombinedInfo | undefined {
  const [first, ...others] = answers;
  if (first === undefined) return undefined;
  const type = infoTypeOf(first.contentType);
  if (others.length === 0 && isUtf8(first.body)) return { body: first.body, type };
  const isMixed = others.some(({ contentType }) => infoTypeOf(contentType) !== type);
  const bodies = answers.map(({ body }) => body);
  const text = isMixed ? joinText(bodies) : COMBINE[type](bodies);
  return text === undefined ? undefined : { body: Buffer.from(text), type: isMixed ? 'text' : type };
}

const COMBINE: Readonly<Record<InfoType, (bodies: readonly Buffer[]) => string | undefined>> = {
  text: joinText,
  xml: joinXml,
  html: joinHtml,
  json: joinJson,
};

function joinText(bodies: readonly Buffer[]): string {
  return bodies.map(decodeText).join('\n');
}

function joinXml(bodies: readonly Buffer[]): string | undefined {
  const [first, ...others] = readable(bodies, 'XML', parseXml);
  if (first === undefined) return undefined;
  const root = first.documentElement;
  for (const other of others) {
    for (const child of other.documentElement?.childNodes.slice() ?? [])
      root?.appendChild(first.importNode(child, true));
  }
  return serializeToWellFormedString(first);
}

/** The parser takes anything for HTML, as browsers do. */
function joinHtml(bodies: readonly Buffer[]): string {
  const [first = '', ...others] = bodies.map(decodeText);
  const document = parse(first);
  const body = bodyOf(document);
  for (const other of others) {
    const content = serialize(bodyOf(parse(other)));
    for (const child of parseFragment(content).childNodes) {
      child.parentNode = body;
      body.childNodes.push(child);
    }
  }
  return serialize(document);
}

/** The parser makes a body where there is none; a page of frames has none. */
function bodyOf(document: Tree.Document): Tree.ParentNode {
  const html = document.childNodes.find((node): node is Tree.Element => node.nodeName === 'html');
  return html?.childNodes.find((node): node is Tree.Element => node.nodeName === 'body') ?? html ?? document;
}

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

function joinJson(bodies: readonly Buffer[]): string | undefined {
  const documents = readable(bodies, 'JSON', (body): Json => JSON.parse(decodeText(body)));
  return documents.length === 0 ? undefined : JSON.stringify(documents.reduce(mergeJson));
}

/** Objects are merged name by name, lists put after each other; of anything else the later one counts. */
function mergeJson(one: Json, other: Json): Json {
  if (Array.isArray(one) && Array.isArray(other)) return [...one, ...other];
  if (!isObject(one) || !isObject(other)) return other;
  const merged = new Map(Object.entries(one));
  for (const [name, value] of Object.entries(other)) {
    const before = merged.get(name);
    merged.set(name, before === undefined ? value : mergeJson(before, value));
  }
  return Object.fromEntries(merged);
}

function isObject(value: Json): value is { [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readable<Parsed>(bodies: readonly Buffer[], kind: string, read: (body: Buffer) => Parsed): Parsed[] {
  return bodies.flatMap((body) => {
    try {
      return [read(body)];
    } catch (err) {
      log.warn({ err }, `feature info of a source is no ${kind}, left out`);
      return [];
    }
  });
}
