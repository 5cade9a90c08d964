import { testGateway } from './gateways.ts';

testGateway({
  file: 'apache/mapgate-mod_proxy_ajp.conf',
  server: 'apache',
  protocol: 'ajp',
  traits: { decodesSlash: false },
});
