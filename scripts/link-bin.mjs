// Makes `npx mapgate` work in a checkout: npm links the commands of dependencies, not those of the package itself.
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../node_modules/.bin', import.meta.url));
const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
if (process.platform !== 'win32' && existsSync(main)) {
  chmodSync(main, 0o755);
  mkdirSync(folder, { recursive: true });
  rmSync(`${folder}/mapgate`, { force: true });
  symlinkSync('../../dist/cli/main.js', `${folder}/mapgate`);
}
