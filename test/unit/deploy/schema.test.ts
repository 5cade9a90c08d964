import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { Places } from '../../../src/config/places.ts';
import { parseYaml } from '../../../src/config/yaml.ts';
import { deploymentSchema } from '../../../src/deploy/schema.ts';

const SAMPLE = `
app:
  mapproxy: mapproxy.yaml
  authorize: ./auth.mjs
  decorate: ./seal.mjs
  intercept: ./keys.mjs
mounts: { /osm: {mapproxy: osm.yaml}, /all: {projects: ./projects, allow_listing: true} }
filters: [{ use: ./auth.mjs, realm: maps }, { use: cors }, { use: basic-auth, users: etc/users }]
listen:
  - { fastcgi: unix:var/fcgi-socket, mode: "0660", group: www-data }
  - { http: 127.0.0.1:8080, allow: [127.0.0.1], limits: { stdin_bytes: 64M, header_timeout: 5, idle_timeout: 500ms } }
trusted_peers: [127.0.0.1, 10.0.0.0/8, unix]
plugins: [./chessboard.mjs]
workers: auto
log: { level: info, format: json, loggers: { mapproxy.source.request: debug } }
`;

describe('the JSON Schema of a deployment file', () => {
  const schema = z.fromJSONSchema(deploymentSchema() as Parameters<typeof z.fromJSONSchema>[0]);
  const accepts = (yaml: string) => schema.safeParse(parseYaml(yaml, 'sample', new Places())).success;

  it('accepts the sample of the documentation', () => assert.equal(accepts(SAMPLE), true));

  for (const example of ['world', 'authorization', 'plugins']) {
    it(`accepts the example ${example}`, () => {
      const file = path.resolve(import.meta.dirname, '../../../conf-examples', example, 'mapgate.yaml');
      assert.equal(accepts(readFileSync(file, 'utf8')), true);
    });
  }

  const wrong = [
    'app: {mapproxi: osm.yaml}',
    'app: {mapproxy: 5}',
    'filters: [{use: kors}]',
    'filters: [{use: limits, body_bytes: many}]',
    'listen: {http: 80}',
    'listen: [{fastcgi: a/b, mode: 0660}]',
    'app: {mapproxy: osm.yaml, authorize: true}',
    'plugins: ./one.mjs',
    'listen: [{http: 80, limits: {body: 5}}]',
    'listen: [{http: 80, limits: {body_timeout: soon}}]',
    'trusted_peers: 127.0.0.1',
    'workers: many',
    'log: {level: loud}',
    'lisen: []',
  ];
  for (const yaml of wrong) it(`refuses ${yaml}`, () => assert.equal(accepts(yaml), false));
});
