// One task with one agent: in this process on a store in memory, or with a command of its own on a store on disk.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { createSqliteStore } from '../../src/stores/sqlite.ts';
import { type Measure, measure } from './measure.ts';
import { openStage, prepare, type Recorded } from './stage.ts';
import type { StandIn } from './stand-ins.ts';
import type { Task } from './tasks.ts';

/** An agent that talks to the server in this process. */
export async function play(task: Task, agent: StandIn): Promise<Measure> {
  const store = createMemoryStore();
  await prepare(store, task);
  const recorded: Recorded[] = [];
  const [near, far] = InMemoryTransport.createLinkedPair();
  const served = openStage(store, task, (one) => recorded.push(one)).serve(far as never);
  const client = new Client({ name: 'evaluation', version: '0' });
  await client.connect(near);
  try {
    await agent(client, task);
    return await measure(task, store, recorded);
  } finally {
    await client.close();
    await served.close();
    await store.close();
  }
}

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const LOADER = new URL('../../scripts/bench-loader.mjs', import.meta.url).href;

/**
 * A command that is an agent, in a shell: it finds what to do in `ENTENTE_EVAL_PROMPT`, and in the file `ENTENTE_EVAL_MCP` the
 * MCP server to do it with, as hosts take it (`mcpServers`).
 */
export async function playCommand(
  task: Task,
  command: string,
  server: readonly string[] = ['--import', LOADER, here('./server.ts')],
): Promise<Measure> {
  const folder = mkdtempSync(join(tmpdir(), 'entente-evaluation-'));
  const store = createSqliteStore({ path: join(folder, 'entente.db') });
  try {
    await prepare(store, task);
    const config = join(folder, 'mcp.json');
    const args = [...server, task.id, folder];
    writeFileSync(config, JSON.stringify({ mcpServers: { entente: { command: process.execPath, args } } }));
    await new Promise<void>((resolve, reject) => {
      const child = spawn(command, {
        shell: true,
        cwd: folder,
        stdio: ['ignore', 'inherit', 'inherit'],
        env: { ...process.env, ENTENTE_EVAL_PROMPT: task.prompt, ENTENTE_EVAL_MCP: config },
      });
      child.once('error', reject);
      child.once('close', () => resolve());
    });
    const file = join(folder, 'calls.ndjson');
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    const recorded = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Recorded);
    return await measure(task, store, recorded);
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
