// `entente mcp` as a process of its own, as a host starts it: on the store itself, and in front of a server.
import { spawn } from 'node:child_process';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as FirstClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as FirstTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMcpMount } from '../../src/mcp/http.ts';
import { commandLine, type Desk, ended, openDesk } from '../support/command-line.ts';
import { callerOf, clientOf, told } from '../support/mcp.ts';
import { openServer } from '../support/server.ts';

const [command = '', ...program] = commandLine.split(' ');

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());

const PATH = process.env['PATH'] ?? '';
const started = (agent: string, env: object = {}) => ({
  command,
  args: [...program, 'mcp', '--agent', agent],
  cwd: desk.folder,
  env: { PATH, ...env },
  stderr: 'ignore' as const,
});

/** Writes to stdout in every way there is, whenever a message is about to be sent. */
const NOISE = `
const { stringify } = JSON;
JSON.stringify = (value, ...rest) => {
  if (typeof value?.jsonrpc === 'string') {
    console.log('a stray line');
    console.info('another');
    process.stdout.write('{"jsonrpc":"2.0"}\\n');
  }
  return stringify(value, ...rest);
};
`;

describe('entente mcp', () => {
  it('[M10] writes messages to stdout and nothing else, whatever else writes there, and ends with its host', async () => {
    const noise = desk.write('noise.mjs', NOISE);
    const child = desk.shell(['mcp', '--agent', 'raw'], ['--import', noise]);
    const send = (message: object): void => {
      child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    };
    const clientInfo = { name: 'raw', version: '1' };
    const done = ended(child);
    let lines = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      lines += chunk.toString();
      if (lines.includes('"id":3')) child.stdin?.end();
    });
    send({ id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo } });
    send({ method: 'notifications/initialized' });
    send({ id: 2, method: 'tools/list' });
    send({ id: 3, method: 'tools/call', params: { name: 'entente_read', arguments: { id: 'a.md' } } });
    const { code, out, err } = await done;
    const messages = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly id?: number });
    expect(messages.map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(err).toContain('a stray line');
    expect(code).toBe(0);
  });

  it('[M03] [MC18] serves the client of the first SDK on the store of its folder', async () => {
    const client = new FirstClient({ name: 'first', version: '1' });
    await client.connect(new FirstTransport(started('first')));
    const call = async (name: string, args: { [name: string]: unknown }) =>
      told(await client.callTool({ name, arguments: args }));
    const { data } = await call('entente_read', { id: 'b.md' });
    const saved = await call('entente_commit', { token: data.token, content: 'b\n' });
    expect(saved.data).toMatchObject({ outcome: 'committed', version: 1 });
    expect((await client.listTools()).tools).toHaveLength(7);
    await client.close();
    const log = (await desk.run(['log', 'b.md', '--json'])).out;
    expect(log).toContain('"agent":"first"');
  });

  it('[MC18] says on stderr that the server is not there, also where its host has gone already', async () => {
    // A port that was free a moment ago.
    const server = await openServer();
    const { url } = server;
    const { key } = await server.caller('owner');
    await server.close();
    const child = spawn(command, [...program, 'mcp'], {
      ...{ cwd: desk.folder, env: { PATH, ENTENTE_STORE: url, ENTENTE_KEY: key } },
    });
    const done = ended(child);
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } };
    child.stdin.end(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })}\n`);
    const { code, err } = await done;
    expect([code, err]).toEqual([
      69,
      `error [store-unavailable] The server ${url} is not reachable.\nnext: entente serve\n`,
    ]);
  });

  it('[MC18] passes messages on to a server where the store is behind one, for clients of both generations', async () => {
    const server = await openServer({ mounts: (service) => [createMcpMount({ service, version: '0' })] });
    const env = { ENTENTE_STORE: server.url, ENTENTE_KEY: (await server.caller('owner')).key };
    const latest = clientOf('2026-07-28');
    const first = new FirstClient({ name: 'first', version: '1' });
    await Promise.all([
      latest.connect(new StdioClientTransport(started('latest', env))),
      first.connect(new FirstTransport(started('first', env))),
    ]);
    const call = callerOf(latest);
    const { data } = await call('entente_read', { id: 'ü/c.md' });
    const saved = await call('entente_commit', { token: data.token, content: 'c\n' });
    expect(saved.data).toMatchObject({ outcome: 'committed', version: 1 });
    const uri = 'entente://default/%C3%BC/c.md';
    expect((await latest.readResource({ uri })).contents[0]).toMatchObject({ text: 'c\n' });
    const read = told(await first.callTool({ name: 'entente_read', arguments: { id: 'ü/c.md' } }));
    expect(read.data.untrusted).toEqual({ by: 'latest', version: 1, content: 'c\n' });
    await Promise.all([first.close(), latest.close()]);
    await server.close();
  });
});
