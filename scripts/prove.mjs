// `npm run prove`: set-up, then the proof (test/prove/) with the arguments as they are given.
//   npm run prove -- --short|--long [--seed N] [--layer L5] [--json] [--no-write]
// Its last line is `operations N, acknowledged N, faults N, lost 0, doubled 0, planted 12/12`; exit code 1 and the seed
// where a promise was broken.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, runAs, setupOrExit } from './setup.mjs';

await setupOrExit();
// Its servers are what was just built, as those that ship are.
process.env.ENTENTE_TEST_BUILT = '1';
const loader = pathToFileURL(join(root, 'node_modules', 'tsx', 'dist', 'esm', 'index.mjs')).href;
await runAs(process.execPath, ['--import', loader, join(root, 'test', 'prove', 'main.ts'), ...process.argv.slice(2)]);
