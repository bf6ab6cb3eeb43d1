// `npm start`: set-up, then the server on the embedded store in `.entente`, or on the one that ENTENTE_STORE names.
// `npm run demo` is the same script with the word `demo`. Further arguments go to the command as they are given.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, runAs, setupOrExit } from './setup.mjs';

const [word, ...rest] = process.argv.slice(2);
const home = join(root, '.entente');
const store = process.env.ENTENTE_STORE ?? `sqlite:${join(home, 'entente.db')}`;
const args = word === 'demo' ? ['demo', ...rest] : ['serve', '--store', store, ...process.argv.slice(2)];

await setupOrExit();
if (word !== 'demo' && process.env.ENTENTE_STORE === undefined) mkdirSync(home, { recursive: true, mode: 0o700 });
if (word !== 'demo' && !args.includes('--json')) process.stdout.write('demo: npm run demo\n');
await runAs(process.execPath, [join(root, 'dist', 'cli', 'main.js'), ...args]);
