// `npm run evaluate`: the fixed set of tasks with one agent, and a table of what came of it. Which agent: see
// docs/agents/evaluation.md. Ends with 1 where an update was lost.
import type { Measure } from './measure.ts';
import { report } from './measure.ts';
import { modelAgent } from './model.ts';
import { play, playCommand } from './play.ts';
import { STAND_INS } from './stand-ins.ts';
import { TASKS, type Task } from './tasks.ts';

const { env, argv } = process;

function fault(message: string): never {
  process.stderr.write(`entente: ${message}\nnext: docs/agents/evaluation.md\n`);
  process.exit(2);
}

function agentOf(): (task: Task) => Promise<Measure> {
  const { ENTENTE_EVAL_COMMAND: command, ENTENTE_EVAL_URL: url, ENTENTE_EVAL_STAND_IN: name } = env;
  if (command !== undefined) return (task) => playCommand(task, command);
  if (url !== undefined) {
    const { ENTENTE_EVAL_MODEL: model, ENTENTE_EVAL_KEY: key = '', ENTENTE_EVAL_API: api = 'openai' } = env;
    if (model === undefined) fault('ENTENTE_EVAL_MODEL names the model.');
    if (api !== 'openai' && api !== 'anthropic') fault('ENTENTE_EVAL_API is openai or anthropic.');
    const agent = modelAgent({ api, url: url.replace(/\/+$/, ''), model, key });
    return (task) => play(task, agent);
  }
  const standIn = STAND_INS[name ?? ''];
  if (standIn === undefined)
    fault(`no agent was named. ENTENTE_EVAL_STAND_IN is one of ${Object.keys(STAND_INS).join(', ')}.`);
  return (task) => play(task, standIn);
}

const run = agentOf();
const words = argv.slice(2);
const measures: Measure[] = [];
for (const task of TASKS) {
  if (words.length > 0 && !words.some((word) => task.id.includes(word))) continue;
  try {
    measures.push(await run(task));
  } catch (error) {
    process.stderr.write(`${task.id}: ${(error as Error).message}\n`);
    measures.push({ task: task.id, reached: false, lost: [], conflicts: 0, right: 0, calls: 0, tokens: 0 });
  }
}
process.stdout.write(report(measures));
process.exitCode = measures.some(({ lost }) => lost.length > 0) ? 1 : 0;
