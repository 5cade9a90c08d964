import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { findProgram, type Host, requirePrograms } from './debian.ts';

/** A host without any program; `install` brings those that the archive has. */
function bareHost(rules: { root: boolean; ci?: boolean; archive?: Record<string, string> }) {
  const asked: string[] = [];
  const there = new Set<string>();
  const host: Host = {
    mayInstall: rules.root,
    isContinuousIntegration: rules.ci ?? false,
    find: (program) => (there.has(program) ? `/usr/bin/${program}` : undefined),
    install: async (packages) => {
      asked.push(...packages);
      for (const name of packages) there.add(rules.archive?.[name] ?? '');
      return 'E: Unable to locate package';
    },
  };
  return { host, asked };
}

/** A test context that notes the reason given for skipping. */
function skippable(t: TestContext) {
  const reasons: string[] = [];
  const context = Object.create(t, { skip: { value: (reason: string) => reasons.push(reason) } }) as TestContext;
  return { context, reasons };
}

test('a program is found in the system folders even when PATH does not name them', () => {
  assert.equal(findProgram('/bin/sh'), '/bin/sh');
  assert.ok(findProgram('sh')?.endsWith('/sh'));
  assert.equal(findProgram('no-such-program-here'), undefined);
});

test('what is there needs nothing', async (t) => {
  const { context, reasons } = skippable(t);
  assert.equal(await requirePrograms(context, { sh: 'dash' }), true);
  assert.deepEqual(reasons, []);
});

test('root installs the packages of missing programs, each once', async (t) => {
  const { host, asked } = bareHost({ root: true, archive: { 'h2o-package': 'h2o' } });
  const { context, reasons } = skippable(t);
  assert.equal(await requirePrograms(context, { h2o: 'h2o-package' }, host), true);
  assert.deepEqual({ asked, reasons }, { asked: ['h2o-package'], reasons: [] });
});

test('an ordinary user is told the command, and the test is skipped', async (t) => {
  const { host, asked } = bareHost({ root: false });
  const { context, reasons } = skippable(t);
  assert.equal(await requirePrograms(context, { nginx: 'nginx-light' }, host), false);
  assert.deepEqual(asked, []);
  assert.match(reasons.join(), /nginx not found; .*apt-get install -y --no-install-recommends nginx-light/);
});

test('with CI=true a program that stays missing is a failure that shows what apt-get said', async (t) => {
  const { host } = bareHost({ root: true, ci: true });
  await assert.rejects(requirePrograms(t, { nginx: 'nginx-light' }, host), /nginx not found.*Unable to locate/s);
});
