import { testGateway } from './gateways.ts';

testGateway({
  file: 'apache/mapgate-mod_proxy_ajp.conf',
  server: 'apache',
  protocol: 'ajp',
  traits: { decodesSlash: false },
});

testGateway({
  file: 'apache/mapgate-mod_jk.conf',
  server: 'apache with mod_jk',
  protocol: 'ajp',
  secret: true,
  traits: { decodesSlash: false },
});
