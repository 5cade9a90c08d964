/** Kinds that MapProxy knows and this program does not yet: a configuration may name them, but not rely on them. */

export const LATER_STORES: readonly string[] = [
  'sqlite',
  'geopackage',
  'compact',
  'redis',
  's3',
  'azureblob',
  'couchdb',
];

export const LATER_SERVICES: readonly string[] = ['ogcapi'];

/** Kinds that MapProxy itself gave up (row CCH-20). */
export const REMOVED_KINDS: readonly string[] = ['riak'];
