// The evaluation measures: stand-ins for a model, each with faults that are known.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Measure, report } from '../../bench/evaluation/measure.ts';
import { modelAgent } from '../../bench/evaluation/model.ts';
import { play, playCommand } from '../../bench/evaluation/play.ts';
import { STAND_INS, type StandIn } from '../../bench/evaluation/stand-ins.ts';
import { TASKS, type Task } from '../../bench/evaluation/tasks.ts';
import { hashOf } from '../../src/core/hash.ts';

async function playAll(agent: StandIn, tasks: readonly Task[] = TASKS): Promise<readonly Measure[]> {
  const measures: Measure[] = [];
  for (const task of tasks) measures.push(await play(task, agent));
  return measures;
}

const standIn = (name: string): StandIn => STAND_INS[name] as StandIn;
const lost = (measures: readonly Measure[]): readonly string[] => measures.flatMap((one) => one.lost);
const sum = (measures: readonly Measure[], of: 'conflicts' | 'right'): number =>
  measures.reduce((all, one) => all + one[of], 0);
const taskOf = (id: string): Task => TASKS.find((task) => task.id === id) as Task;

describe('the evaluation', () => {
  it('[EV1] has 30 tasks that stay as they are, each of which can be done, on either text, once', () => {
    expect(TASKS.length).toBe(30);
    expect(TASKS.map(({ id }) => Number(id.slice(0, 2)))).toEqual(TASKS.map((_task, at) => at + 1));
    const said = TASKS.map(({ id, prompt, resources, plants }) => [
      id,
      prompt,
      resources,
      plants.map(({ mark }) => mark),
    ]);
    // Another number here is another set: what was measured before is no longer to be compared with.
    expect(hashOf(JSON.stringify(said)).slice(0, 12)).toBe('f83c82e4d43d');
    for (const { id, resources, plants, changes } of TASKS) {
      for (const { id: file, change, mark } of changes) {
        let text = resources[file] ?? '';
        for (const plant of [undefined, ...plants.filter((one) => one.id === file && one.change !== undefined)]) {
          text = plant?.change?.(text) ?? text;
          expect(text, id).toContain(plant?.mark ?? '');
          const done = change(text);
          expect([text.includes(mark), done.includes(mark), change(done)], id).toEqual([false, true, done]);
        }
      }
    }
  });

  it('[EV2] who does what the answers say reaches all, loses nothing, and makes the right next call', async () => {
    const measures = await playAll(standIn('careful'));
    expect(lost(measures)).toEqual([]);
    expect(measures.filter(({ reached }) => !reached)).toEqual([]);
    expect(sum(measures, 'conflicts')).toBeGreaterThanOrEqual(12);
    expect(sum(measures, 'right')).toBe(sum(measures, 'conflicts'));
    expect(measures.every(({ calls, tokens }) => calls >= 2 && tokens > 500)).toBe(true);
    expect(report(measures)).toContain('reached 30 of 30, lost updates 0, right next call');
  });

  it('[EV3] who writes over the others is found to lose updates, and who sends the same again to do the wrong thing', async () => {
    const clashing = TASKS.filter(({ id }) => /^(09|1\d|26)-/.test(id));
    expect(lost(await playAll(standIn('stubborn'), clashing)).length).toBeGreaterThanOrEqual(8);
    const confused = await playAll(standIn('confused'), clashing);
    expect(lost(confused)).toEqual([]);
    expect(sum(confused, 'right')).toBeLessThan(sum(confused, 'conflicts') / 2);
    expect(confused.filter(({ reached }) => reached)).toEqual([]);
  });

  it('[EV4] a command that is an agent is given the task and the server, and is measured by what it called', async () => {
    const server = fileURLToPath(new URL('../../bench/evaluation/server.ts', import.meta.url));
    const agent = fileURLToPath(new URL('./command-agent.ts', import.meta.url));
    const words = [process.execPath, '--import', 'tsx', agent].map((word) => JSON.stringify(word)).join(' ');
    const root = fileURLToPath(new URL('../..', import.meta.url));
    const measured = await playCommand(taskOf('09-same-line'), `cd ${JSON.stringify(root)} && ${words}`, [
      '--import',
      'tsx',
      server,
    ]);
    expect(measured).toMatchObject({ reached: true, lost: [], conflicts: 1, right: 1 });
  });

  it.each(['openai', 'anthropic'] as const)(
    '[EV4] a model behind an endpoint of the kind of %s is one too',
    async (api) => {
      // What a model would say, in the words of that interface: read, commit what it read with its change, and stop.
      const task = taskOf('01-apart-markdown');
      const told: unknown[] = [];
      const server = createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const body = JSON.parse(Buffer.concat(chunks).toString()) as {
            messages: readonly unknown[];
            tools: unknown[];
          };
          told.push(request.url, request.headers['authorization'] ?? request.headers['x-api-key']);
          response.setHeader('content-type', 'application/json');
          response.end(JSON.stringify(answer(api, task, JSON.stringify(body.messages), body.tools.length)));
        });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      try {
        const { port } = server.address() as AddressInfo;
        const agent = modelAgent({ api, url: `http://127.0.0.1:${port}/v1`, model: 'scripted', key: 'k' });
        expect(await play(task, agent)).toMatchObject({ reached: true, lost: [], calls: 2 });
      } finally {
        server.close();
      }
      const [path, key] = api === 'openai' ? ['/v1/chat/completions', 'Bearer k'] : ['/v1/messages', 'k'];
      expect(told).toEqual([path, key, path, key, path, key]);
    },
  );
});

function answer(api: 'openai' | 'anthropic', task: Task, messages: string, tools: number): unknown {
  expect(tools).toBe(7);
  const [{ id = '', change = (text: string) => text } = {}] = task.changes;
  const token = /"token\\+":\\+"([^\\"]+)/.exec(messages)?.[1];
  const saved = messages.includes('entente_commit');
  const call = saved
    ? undefined
    : token === undefined
      ? { name: 'entente_read', input: { id } }
      : { name: 'entente_commit', input: { token, content: change(task.resources[id] ?? '') } };
  if (api === 'openai') {
    const calls = call && [
      { id: 'c1', type: 'function', function: { name: call.name, arguments: JSON.stringify(call.input) } },
    ];
    return { choices: [{ message: { role: 'assistant', content: 'so', ...(calls ? { tool_calls: calls } : {}) } }] };
  }
  const content: unknown[] = [{ type: 'text', text: 'so' }];
  if (call !== undefined) content.push({ type: 'tool_use', id: 'c1', ...call });
  return { content };
}
