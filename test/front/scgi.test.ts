import { testGateway } from './gateways.ts';

testGateway({ file: 'nginx/mapgate-scgi.conf', server: 'nginx', protocol: 'scgi' });
testGateway({ file: 'lighttpd/mapgate-scgi.conf', server: 'lighttpd', protocol: 'scgi', traits: { collects: 'all' } });
testGateway({
  file: 'apache/mapgate-mod_proxy_scgi.conf',
  server: 'apache',
  protocol: 'scgi',
  traits: { decodesSlash: false, chunkedBody: null },
});
