import test from 'node:test';
import { AjpClient } from '../../support/clients/ajp.ts';
import type { ClientAddress, GatewayClient } from '../../support/clients/client.ts';
import { FastcgiClient } from '../../support/clients/fastcgi.ts';
import { HttpClient } from '../../support/clients/http.ts';
import { ScgiClient } from '../../support/clients/scgi.ts';
import { cgiSubject, serverSubject } from './subject.ts';
import { gatewaySuite } from './suite.ts';

const SERVERS: Readonly<Record<string, (address: ClientAddress) => GatewayClient>> = {
  'fastcgi-native': (address) => new FastcgiClient(address),
  'fastcgi-typescript': (address) => new FastcgiClient(address),
  http: (address) => new HttpClient(address),
  scgi: (address) => new ScgiClient(address),
  ajp: (address) => new AjpClient(address),
};

for (const [protocol, clientOf] of Object.entries(SERVERS)) {
  test(`gateway ${protocol}`, async (t) => {
    const subject = await serverSubject(t, protocol, clientOf);
    await gatewaySuite(t, subject, { parallel: 50, noticesSilently: true });
  });
}

test('gateway cgi', (t) => gatewaySuite(t, cgiSubject(), { parallel: 4, noticesSilently: false }));
