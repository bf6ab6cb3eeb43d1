// `server.ts TASK FOLDER`: the stage of a task on stdin and stdout, for an agent that is a command of its own. What it is
// asked is recorded in the folder, a line for each call.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { createSqliteStore } from '../../src/stores/sqlite.ts';
import { openStage } from './stage.ts';
import { TASKS } from './tasks.ts';

const [name = '', folder = '.'] = process.argv.slice(2);
const task = TASKS.find(({ id }) => id === name);
if (task === undefined) throw new Error(`There is no task ${name}.`);
const store = createSqliteStore({ path: join(folder, 'entente.db') });
const handle = openStage(store, task, (recorded) =>
  appendFileSync(join(folder, 'calls.ndjson'), `${JSON.stringify(recorded)}\n`),
).serve(new StdioServerTransport());
process.stdin.once('end', () => void handle.close().then(() => store.close()));
