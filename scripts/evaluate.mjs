// `npm run evaluate`: set-up, then the fixed set of tasks for agents (bench/evaluation, docs/agents/evaluation.md).
import { join } from 'node:path';
import { root, runAs, setupOrExit } from './setup.mjs';

await setupOrExit();
const loader = new URL('./bench-loader.mjs', import.meta.url).href;
const main = join(root, 'bench', 'evaluation', 'main.ts');
await runAs(process.execPath, ['--import', loader, main, ...process.argv.slice(2)]);
