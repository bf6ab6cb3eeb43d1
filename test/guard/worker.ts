// One process of the rehearsal: an agent in a host of its own, on files that others write at the same time. Each edit is
// a line of its own, below a heading of its own; what its host was told is done is written to stdout, a line each.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openGuard } from '../../src/cli/place/guard.ts';
import { findPlace } from '../../src/guard/front/place.ts';
import type { Guard, ToolChange, Verdict } from '../../src/guard/types.ts';
import { createRandom } from '../support/random.ts';

const [root = '', agent = '', count = '0', mode = 'guarded', seed = '1'] = process.argv.slice(2);
const FILES = ['plan.md', 'src/main.txt', 'notes.md'];
const heading = `## ${agent}`;
const random = createRandom(Number(seed));
const pick = random.below;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A host that finds a file cut short, because another one is writing it, looks again. */
async function read(path: string): Promise<string> {
  for (let tries = 0; ; tries += 1) {
    const text = readFileSync(join(root, path), 'utf8');
    if (text.includes(`${heading}\n`) || tries === 50) return text;
    await sleep(5);
  }
}
const write = (path: string, text: string): void => writeFileSync(join(root, path), text);
const below = (text: string, mark: string): string => text.replace(`${heading}\n`, `${heading}\n${mark}\n`);
const acknowledge = (path: string, mark: string, kind: string): void => {
  process.stdout.write(`${JSON.stringify({ path, mark, kind })}\n`);
};

/** A guard that knows nothing: what hosts do without one. */
const SILENCE: Verdict = { do: 'nothing' };
const silent = async (): Promise<Verdict> => SILENCE;
type Hooks = Pick<Guard, 'read' | 'before' | 'after' | 'beforeCommand' | 'afterCommand'>;
const none: Hooks = { read: silent, before: silent, after: silent, beforeCommand: silent, afterCommand: silent };

async function whole(hooks: Hooks, path: string, call: string, mark: string): Promise<boolean> {
  const obeys = random.chance(0.5);
  for (let tries = 0; tries < 4; tries += 1) {
    await hooks.read({ agent, path });
    const content = below(await read(path), mark);
    // An agent thinks.
    await sleep(pick(60));
    const event = { agent, path, call: `${call}-${tries}`, change: { content } satisfies ToolChange };
    const verdict = await hooks.before(event);
    if (verdict.do === 'stop' && obeys) continue;
    const told = verdict.do === 'merged' && obeys ? Buffer.from(verdict.content).toString() : content;
    write(path, told);
    const landed = await hooks.after({ ...event, change: { content: told } });
    if (landed.do !== 'stop') return true;
  }
  return false;
}

async function replacement(hooks: Hooks, path: string, call: string, mark: string): Promise<boolean> {
  const change = { edits: [{ old: `${heading}\n`, new: `${heading}\n${mark}\n` }] };
  await hooks.before({ agent, path, call, change });
  await sleep(pick(10));
  write(path, below(await read(path), mark));
  await hooks.after({ agent, path, call, change });
  return true;
}

async function command(hooks: Hooks, path: string, call: string, mark: string): Promise<boolean> {
  await hooks.beforeCommand({ agent, call, command: 'sed' });
  write(path, below(await read(path), mark));
  await hooks.afterCommand({ agent, call, command: 'sed' });
  return true;
}

/** A person, or a formatter, that nobody announces. */
async function unannounced(_hooks: Hooks, path: string, _call: string, mark: string): Promise<boolean> {
  write(path, below(await read(path), mark).replace(/ +$/gm, ''));
  return true;
}

const KINDS = { whole, replacement, command, unannounced };

const place = findPlace(root);
if (place === undefined) throw new Error('no guarded folder');
const guard = mode === 'guarded' ? await openGuard(place) : undefined;
const names = agent === 'human' ? (['unannounced'] as const) : (['whole', 'whole', 'replacement', 'command'] as const);
for (let number = 0; number < Number(count); number += 1) {
  const path = FILES[pick(FILES.length)] as string;
  const kind = names[pick(names.length)] as keyof typeof KINDS;
  const mark = `${agent}:${number}`;
  if (await KINDS[kind](guard ?? none, path, mark, mark)) acknowledge(path, mark, kind);
  await sleep(pick(20));
}
await guard?.close();
