import { replaceOnce } from './example.ts';
import { testFront, writeInto } from './front.ts';

/** Caddy believes X-Forwarded-* from proxies only that `trusted_proxies` names. */
const traits = { collects: 'a buffer', passesForwarded: false } as const;

testFront({
  name: 'Caddy',
  programs: { caddy: 'caddy' },
  examples: [
    { file: 'caddy/Caddyfile', mount: '/mapproxy', responder: 'unix', traits },
    { file: 'caddy/Caddyfile.root', mount: '', responder: 'unix', traits },
  ],
  prepare: ({ sandbox, example, port }) => {
    const outer = `{
	admin off
	auto_https off
	default_bind 127.0.0.1
	storage file_system ${sandbox.path('storage')}
}
`;
    const site = replaceOnce(example, 'maps.example.org {', `http://:${port} {`);
    const file = writeInto(sandbox, 'Caddyfile', outer + site);
    return ['env', `HOME=${sandbox.folder}`, 'caddy', 'run', '--adapter', 'caddyfile', '--config', file];
  },
});
