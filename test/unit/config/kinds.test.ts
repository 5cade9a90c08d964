import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { defineStore } from '../../../src/cache/store/contract.ts';
import { commonStoreOptions } from '../../../src/cache/store/options.ts';
import { definitionsOf, kindsWith, OWN_KINDS, type PluginDefinition } from '../../../src/config/kinds.ts';
import { defineService } from '../../../src/service/contract.ts';
import { defineSource } from '../../../src/source/contract.ts';
import { commonSourceOptions } from '../../../src/source/options.ts';

const build = () => assert.fail('not built here');
const source = defineSource({ type: 'board', options: z.object(commonSourceOptions), build });
const store = defineStore({ type: 'board', options: z.object(commonStoreOptions), build });
const service = defineService({ type: 'board', options: z.object({}), build });

describe('kinds of plugins', () => {
  it('CFG-12: are beside our own, each in its room; one word may stand for a source, a store and a service', () => {
    const kinds = kindsWith([source, store, service]);
    assert.deepEqual(
      [kinds.sources, kinds.stores, kinds.services].map((list) => list.at(-1)),
      [source, store, service],
    );
    assert.equal(kinds.sources.length, OWN_KINDS.sources.length + 1);
  });

  it('CFG-12: none are our own', () => assert.equal(kindsWith([]), OWN_KINDS));

  const wrong = [
    ['a type that is there', { ...source, type: 'wms' }, "there is a source of type 'wms' already"],
    ['a store that is there', { ...store, type: 'file' }, "there is a store of type 'file' already"],
    ['a kind misspelt', { ...source, kind: 'sourc' }, "'sourc' is none; did you mean 'source'?"],
    [
      'no kind',
      { type: 'board', build },
      'not made by defineSource, defineStore or defineService: its kind is missing',
    ],
    ['a type with a slash', { ...source, type: 'a/b' }, 'the type of a source must be a word, got "a/b"'],
    ['no type', { ...service, type: undefined }, 'the type of a service must be a word, got undefined'],
    ['no schema', { ...source, options: {} }, "source 'board': options must be a schema of zod"],
    ['no build', { ...store, build: 1 }, "store 'board' has no function build"],
    ['nothing at all', null, 'not made by defineSource, defineStore or defineService'],
  ] as const;
  for (const [title, definition, message] of wrong) {
    it(`CFG-12: ${title} is an error`, () => {
      assert.throws(
        () => kindsWith([definition as unknown as PluginDefinition]),
        (error) => error instanceof Error && error.message.includes(message),
      );
    });
  }

  it('CFG-12: two plugins of one type are an error', () => {
    assert.throws(() => kindsWith([source, { ...source }]), /there is a source of type 'board' already/);
  });

  it('CFG-12: a module may export others things, and a definition twice', () => {
    const exported = { default: source, board: source, service, SIZE: 8, draw: () => {}, options: z.object({}) };
    assert.deepEqual(definitionsOf(exported), [source, service]);
  });

  it('CFG-12: a module without any is an error', () => {
    assert.throws(() => definitionsOf({ board: 1 }), /exports nothing made by .*; found: board/);
  });
});
