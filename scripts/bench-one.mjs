// One bench file in a process of its own, started by scripts/bench.mjs: hands its rows to the parent.
import { pathToFileURL } from 'node:url';

const { run } = await import(pathToFileURL(process.argv[2] ?? '').href);
const rows = await run();
process.send?.(rows, () => process.exit(0));
