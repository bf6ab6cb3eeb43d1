// A rehearsal with hosts: agents that say, byte for byte, what Claude Code says to its hooks, through the front as a process
// of its own, while each writes to one file with its own tools. Some hosts drop what the hook answers. The checker knows
// every change that was made. `ENTENTE_LONG=1` makes it long.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import * as http from 'node:http';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openGuard } from '../../src/cli/place/guard.ts';
import { SOCKET } from '../../src/guard/front/place.ts';
import { serveHook } from '../../src/guard/front/run.ts';
import { createSqliteStore } from '../../src/stores/sqlite.ts';

const FRONT = fileURLToPath(new URL('../../bin/entente-hook', import.meta.url));
const AGENTS = 6;
const WRITES = process.env['ENTENTE_LONG'] === '1' ? 84 : 4;

interface Answer {
  readonly hookSpecificOutput?: {
    readonly permissionDecision?: string;
    readonly updatedInput?: { readonly content: string };
  };
  readonly decision?: string;
  readonly systemMessage?: string;
}

function hook(root: string, body: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = spawn(FRONT, ['claude-code'], { cwd: root, env: { ...process.env, ENTENTE_NODE: '/nowhere/node' } });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      const text = Buffer.concat(chunks).toString('utf8');
      if (code === 0) resolve((text === '' ? {} : JSON.parse(text)) as Answer);
      else reject(new Error(`the hook ended with ${code}`));
    });
    child.stdin.end(JSON.stringify(body));
  });
}

/** A place in the file for every change, with lines between that nobody touches. */
function slot(agent: number, write: number): string {
  return `slot ${agent} ${write}: empty`;
}

const first = [...Array(WRITES).keys()]
  .flatMap((write) => [...Array(AGENTS).keys()].flatMap((agent) => [`# ${agent}.${write}`, slot(agent, write), '']))
  .join('\n');

interface Host {
  readonly drops: 'nothing' | 'updatedInput' | 'everything';
  readonly tool: 'Write' | 'Edit' | 'Bash';
}

const HOSTS: readonly Host[] = [
  { drops: 'nothing', tool: 'Write' },
  { drops: 'updatedInput', tool: 'Write' },
  { drops: 'everything', tool: 'Write' },
  { drops: 'nothing', tool: 'Edit' },
  { drops: 'everything', tool: 'Edit' },
  { drops: 'nothing', tool: 'Bash' },
];

/**
 * What a command writes between the look before another agent's write and that write is overwritten before anybody saw it
 * (docs/guard.md, Limits). So a command writes while no other host is between the two.
 */
const spans = new Set<Promise<void>>();
let command: Promise<void> = Promise.resolve();

/** From the question before a write to the write. */
async function span<T>(work: () => Promise<T>): Promise<T> {
  await command;
  const running = work();
  const over = running.then(
    () => {},
    () => {},
  );
  spans.add(over);
  try {
    return await running;
  } finally {
    spans.delete(over);
  }
}

function whileNoSpan(work: () => void): Promise<void> {
  const others = [...spans];
  command = command.then(async () => {
    await Promise.all(others);
    work();
  });
  return command;
}

/** One change as a host makes it: hooks around it, and the file written past entente. */
async function change(root: string, file: string, agent: number, write: number): Promise<void> {
  const { tool, drops } = HOSTS[agent % HOSTS.length] as Host;
  const base = {
    session_id: `session-${agent}`,
    transcript_path: '/t.jsonl',
    cwd: root,
    permission_mode: 'acceptEdits',
  };
  const say = (event: string, name: string, input: object): Promise<Answer> =>
    hook(root, {
      ...base,
      hook_event_name: event,
      tool_name: name,
      tool_input: input,
      tool_use_id: `toolu_${agent}_${write}`,
    });
  const [old, next] = [slot(agent, write), `slot ${agent} ${write}: done`];
  if (tool === 'Bash') {
    await say('PreToolUse', 'Bash', { command: `sed -i s/x/y/ ${file}` });
    await whileNoSpan(() => writeFileSync(file, readFileSync(file, 'utf8').replace(old, next)));
    await say('PostToolUse', 'Bash', { command: `sed -i s/x/y/ ${file}` });
    return;
  }
  await say('PreToolUse', 'Read', { file_path: file });
  const text = readFileSync(file, 'utf8');
  // Others write while this one thinks.
  await new Promise((resolve) => setImmediate(resolve));
  const input =
    tool === 'Edit'
      ? { file_path: file, old_string: old, new_string: next }
      : { file_path: file, content: text.replace(old, next) };
  await span(async () => {
    const told = (await say('PreToolUse', tool, input)).hookSpecificOutput;
    expect(told?.permissionDecision, 'no two changes meet').not.toBe('deny');
    if (tool === 'Edit') writeFileSync(file, readFileSync(file, 'utf8').replace(old, next));
    else
      writeFileSync(
        file,
        drops === 'nothing' ? (told?.updatedInput?.content ?? String(input.content)) : String(input.content),
      );
  });
  const after = await say('PostToolUse', tool, input);
  expect(after.systemMessage).toBeUndefined();
}

describe('hosts that speak the protocol of Claude Code', () => {
  it(`[HK40] ${AGENTS} agents make ${WRITES} changes each in one file, with hosts that drop answers, and none is lost`, async () => {
    const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'entente-hosts-')));
    const home = path.join(root, '.entente');
    mkdirSync(home);
    const store = createSqliteStore({ path: path.join(home, 'entente.db') });
    await store.epoch();
    await store.close();
    const file = path.join(root, 'list.md');
    writeFileSync(file, first);
    const guard = await openGuard({ home, root, space: 'default' });
    const server = http.createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        void serveHook({
          ...{ host: 'claude-code', text, cwd: root, home, clock: Date.now },
          guardOf: () => Promise.resolve(guard),
          landed: (_place, written) => void guard.drain([written]),
        }).then((told) => response.end(told));
      });
    });
    await new Promise<void>((resolve) => server.listen(path.join(home, SOCKET), resolve));
    await guard.capture();
    const agents = [...Array(AGENTS).keys()].map(async (agent) => {
      for (let write = 0; write < WRITES; write += 1) await change(root, file, agent, write);
    });
    await Promise.all(agents);
    await guard.capture();
    const text = readFileSync(file, 'utf8');
    const slots = [...Array(AGENTS).keys()].flatMap((agent) =>
      [...Array(WRITES).keys()].map((write) => ({ agent, write })),
    );
    const lost = slots.filter(({ agent, write }) => !text.includes(`slot ${agent} ${write}: done`));
    expect(lost).toEqual([]);
    expect(text.split('\n')).toHaveLength(first.split('\n').length);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await guard.close();
    rmSync(root, { recursive: true, force: true });
  }, 900_000);
});
