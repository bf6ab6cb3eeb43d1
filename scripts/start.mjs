// `npm start` and `npm run demo`: set-up, then the demo with the arguments as they are given.
import { join } from 'node:path';
import { root, runAs, setupOrExit } from './setup.mjs';

await setupOrExit();
await runAs(process.execPath, [join(root, 'dist', 'cli', 'main.js'), 'demo', ...process.argv.slice(2)]);
