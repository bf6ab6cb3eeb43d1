// One merge in a process of its own, started by merge-memory.bench.ts under a limit of heap: prints what it needed.
// Arguments: the folder with the three sides, and the options as JSON.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mergeContents } from '../dist/merge/index.js';

const [folder, options] = [process.argv[2], JSON.parse(process.argv[3])];
const rss = () => {
  gc();
  gc();
  return process.memoryUsage.rss();
};

// What is loaded or compiled once is no need of a merge.
for (const [base, current, proposed] of JSON.parse(readFileSync(join(folder, 'small.json'), 'utf8'))) {
  for (let i = 0; i < 3; i++) mergeContents({ base, current, proposed, options });
}
const [base, current, proposed] = ['base', 'current', 'proposed'].map((side) => readFileSync(join(folder, side)));
const before = rss();
const { status, stats } = mergeContents({ base, current, proposed, options });
// The peak since the process began: no less than that of the merge.
const peak = process.resourceUsage().maxRSS * 1024;
process.stdout.write(JSON.stringify({ status, engine: stats?.engine, needs: peak - before, before }));
