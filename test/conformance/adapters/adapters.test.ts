import test from 'node:test';
import { applicationOf } from '../../../src/app/recognise.ts';
import { configureLogging } from '../../../src/log.ts';
import { apps } from './apps/index.ts';
import { hosts } from './hosts.ts';
import { Stage } from './stage.ts';
import { adapterSuite } from './suite.ts';

// The suite provokes errors; that they are logged is tested where a log can be read.
configureLogging({ level: 'silent' });

for (const [framework, appOf] of Object.entries(apps)) {
  for (const [way, host] of Object.entries(hosts)) {
    test(`${framework} ${way}`, async (t) => {
      const stage = new Stage();
      const { application, close } = await applicationOf({ default: appOf(stage) }, 'app.mjs');
      t.after(() => close?.());
      await adapterSuite(t, { client: await host(t, application), noticesSilently: way !== 'over CGI' }, stage);
    });
  }
}
