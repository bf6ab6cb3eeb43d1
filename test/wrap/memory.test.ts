// The reference memory server behind `entente wrap`: several clients, each with a server of its own, one file. The checker knows
// every entity that was acknowledged.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandLine } from '../support/command-line.ts';

const CLIENTS = 3;
/** 200 calls of each client in the long form. */
const CALLS = process.env['ENTENTE_LONG'] === undefined ? 10 : 200;
const SERVER = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-memory/dist/index.js');

const PATIENT = { timeout: 600_000 };

let folder: string;
let file: string;
let open: Client[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entente-wrap-'));
  file = join(folder, 'memory.jsonl');
  open = [];
});
afterEach(async () => {
  await Promise.all(open.map((client) => client.close()));
  rmSync(folder, { recursive: true, force: true });
});

async function connect(name: string, command: string, args: readonly string[], env: object = {}): Promise<Client> {
  const client = new Client({ name, version: '1' });
  const kept = Object.entries(process.env).filter(([key, value]) => !key.startsWith('ENTENTE_') && value !== undefined);
  const all = { ...Object.fromEntries(kept), ...env } as { [key: string]: string };
  open.push(client);
  await client.connect(
    new StdioClientTransport({ command, args: [...args], env: all, cwd: folder, stderr: 'inherit' }),
  );
  return client;
}

function plain(name: string): Promise<Client> {
  return connect(name, process.execPath, [SERVER], { MEMORY_FILE_PATH: file });
}

function wrapped(name: string, ...options: readonly string[]): Promise<Client> {
  const files = options.length === 0 ? ['--env', 'MEMORY_FILE_PATH=memory.jsonl'] : options;
  const [command = '', ...args] = commandLine.split(' ');
  return connect(name, command, [...args, 'wrap', ...files, '--', process.execPath, SERVER]);
}

interface Told {
  readonly acknowledged: readonly string[];
  readonly refused: number;
}

/** All calls of all clients at once; what each server acknowledged. */
async function hammer(clients: readonly Client[], calls: number): Promise<Told> {
  const acknowledged: string[] = [];
  let refused = 0;
  const work = clients.flatMap((client, who) =>
    Array.from({ length: calls }, async (_, i) => {
      const name = `entity-${who}-${i}`;
      const entities = [{ name, entityType: 'note', observations: [`by ${who}`] }];
      const result = await client.callTool({ name: 'create_entities', arguments: { entities } }, undefined, PATIENT);
      if (result.isError === true) refused += 1;
      else acknowledged.push(name);
    }),
  );
  await Promise.all(work);
  return { acknowledged, refused };
}

function entities(): readonly string[] {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return lines.map((line) => (JSON.parse(line) as { name: string }).name);
}

async function entente(...argv: readonly string[]): Promise<string> {
  const [command = '', ...args] = commandLine.split(' ');
  return new Promise((resolve, reject) => {
    execFile(command, [...args, ...argv], { cwd: folder, maxBuffer: 2 ** 28 }, (error, out) =>
      error ? reject(error) : resolve(out),
    );
  });
}

/** Sends one call by hand to a wrapped server that never answers it; answers once it has its turn. */
async function holdTurn(): Promise<ChildProcess> {
  const [command = '', ...args] = commandLine.split(' ');
  const list = fileURLToPath(new URL('../fixtures/wrap/list-server.mjs', import.meta.url));
  const child = spawn(command, [...args, 'wrap', '--env', 'LIST_FILE=memory.jsonl', '--', process.execPath, list], {
    ...{ cwd: folder, stdio: ['pipe', 'ignore', 'pipe'] },
  });
  await once(child.stderr as Readable, 'data');
  child.stdin?.write(
    `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'nothing' } })}\n`,
  );
  const turns = join(folder, '.entente', 'wrap');
  while (!readdirSync(turns).some((name) => name.endsWith('.lock'))) await setImmediate();
  return child;
}

describe('the reference memory server', () => {
  it('[WR1] without the wrapper, three servers on one file lose what they acknowledged', async () => {
    const clients = await Promise.all(Array.from({ length: CLIENTS }, (_, i) => plain(`client-${i}`)));
    const { acknowledged } = await hammer(clients, CALLS);
    const there = new Set(entities());
    const lost = acknowledged.filter((name) => !there.has(name));
    process.stderr.write(`without the wrapper: ${acknowledged.length} acknowledged, ${lost.length} lost\n`);
    expect(acknowledged.length).toBe(CLIENTS * CALLS);
    expect(lost.length).toBeGreaterThan(0);
  });

  it('[WR1] behind the wrapper, every acknowledged entity is in the file, and the file is valid', {
    timeout: 900_000,
  }, async () => {
    await entente('init', '-q');
    const clients = await Promise.all(Array.from({ length: CLIENTS }, (_, i) => wrapped(`client-${i}`)));
    const { acknowledged, refused } = await hammer(clients, CALLS);
    const there = entities();
    expect(refused).toBe(0);
    expect(acknowledged.length).toBe(CLIENTS * CALLS);
    expect([...there].sort()).toEqual([...acknowledged].sort());
    const log = JSON.parse(await entente('log', 'memory.jsonl', '--json', '--limit', '1000')) as {
      items: readonly { head: { agent: string } }[];
    };
    expect(log.items).toHaveLength(CLIENTS * CALLS);
    expect([...new Set(log.items.map(({ head }) => head.agent))].sort()).toEqual(['client-0', 'client-1', 'client-2']);
  });

  it('[WR10] a wrapper that is killed in its turn holds nobody up, and what was acknowledged stays', async () => {
    await entente('init', '-q');
    const client = await wrapped('ann');
    const { acknowledged } = await hammer([client], 2);
    const stuck = await holdTurn();
    const waiting = hammer([client], 3);
    stuck.kill('SIGKILL');
    const more = await waiting;
    expect(more.refused).toBe(0);
    expect([...new Set(entities())].sort()).toEqual([...new Set([...acknowledged, ...more.acknowledged])].sort());
  });
});
