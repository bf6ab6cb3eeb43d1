// /readyz of a server whose disk is full, or is read-only, and is well again: real file systems, mounted for the test, which
// needs root. What cannot be written meanwhile is refused with a code, and nothing is left half written.
import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import { type Desk, openDesk } from '../support/command-line.ts';
import { type Served, serve } from '../support/served.ts';

const execute = promisify(execFile);

/** A folder that is a file system of its own, of so many KB. Skips where nothing may be mounted, but not in CI. */
async function mounted(context: TestContext, desk: Desk, kb: number): Promise<string> {
  const folder = desk.path('disk');
  mkdirSync(folder);
  try {
    await execute('mount', ['-t', 'tmpfs', '-o', `size=${kb}k`, 'tmpfs', folder]);
  } catch (error) {
    if (process.env['CI'] !== undefined) throw error;
    context.skip(`nothing can be mounted here: ${(error as Error).message}`);
  }
  return folder;
}

async function unmount(folder: string): Promise<void> {
  await execute('umount', ['-l', folder]).catch(() => undefined);
}

const ready = async ({ url }: Served): Promise<number> => (await fetch(`${url}/readyz`)).status;

/** The status comes with the next write that is tried, a second after the last one. */
async function untilReady(server: Served, status: number): Promise<void> {
  while ((await ready(server)) !== status) await new Promise((resolve) => setTimeout(resolve, 50));
}

interface Put {
  readonly status: number;
  readonly code?: string;
}

async function put({ url, key }: Served, id: string, content: string): Promise<Put> {
  const answer = await fetch(`${url}/v1/spaces/default/resource?id=${id}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${key}`, 'if-none-match': '*' },
    body: content,
  });
  const { code } = (await answer.json()) as { readonly code?: string };
  return { status: answer.status, ...(code === undefined ? {} : { code }) };
}

async function read({ url, key }: Served, id: string): Promise<string | number> {
  const answer = await fetch(`${url}/v1/spaces/default/resource?id=${id}`, {
    headers: { authorization: `Bearer ${key}` },
  });
  return answer.status === 200 ? answer.text() : answer.status;
}

describe('/readyz of a server whose disk fails', () => {
  it('[OP7] [OP11] a full disk: red while nothing can be written, green when there is room again', async (context) => {
    const desk = await openDesk({ bare: true });
    onTestFinished(desk.close);
    const disk = await mounted(context, desk, 3000);
    onTestFinished(() => unmount(disk));
    const server = await serve(desk, ['--store', `sqlite:${disk}/entente.db`, '--key-file', 'server.key']);
    onTestFinished(() => void server.child.kill('SIGKILL'));
    expect(await ready(server)).toBe(200);
    expect((await put(server, 'before', 'here')).status).toBe(201);

    const filler = `${disk}/filler`;
    expect(() => writeFileSync(filler, Buffer.alloc(8_000_000))).toThrow(/ENOSPC/);
    await untilReady(server, 503);
    const large = 'x'.repeat(200_000);
    for (const id of ['one', 'two']) {
      expect(await put(server, id, large)).toEqual({ status: 507, code: 'store-full' });
      expect(await read(server, id)).toBe(404);
    }
    expect(await read(server, 'before')).toBe('here');
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);

    rmSync(filler);
    await untilReady(server, 200);
    expect((await put(server, 'one', large)).status).toBe(201);
    expect(await read(server, 'one')).toBe(large);
    expect(await read(server, 'two')).toBe(404);
    expect(await server.stop()).toBe(0);
    const verified = await desk.run(['verify', '--store', `sqlite:${disk}/entente.db`, '--json']);
    expect([verified.code, verified.json()]).toMatchObject([0, { ok: true }]);
    expect(statSync(`${disk}/entente.db`).size).toBeGreaterThan(0);
  });

  it('[OP2] [OP11] a read-only folder: it does not start, says why, and starts when it can write', async (context) => {
    const desk = await openDesk({ bare: true });
    onTestFinished(desk.close);
    const disk = await mounted(context, desk, 5000);
    onTestFinished(() => unmount(disk));
    const argv = ['--store', `sqlite:${disk}/entente.db`, '--key-file', 'server.key'];
    const first = await serve(desk, argv);
    expect((await put(first, 'before', 'here')).status).toBe(201);
    expect(await first.stop()).toBe(0);
    await execute('mount', ['-o', 'remount,ro', disk]);
    const refused = await desk.run(['serve', '--port', '0', ...argv]);
    expect([refused.code, refused.out, refused.err]).toEqual([
      69,
      '',
      expect.stringMatching(/^error \[[\w-]+\] .*\nnext: /),
    ]);
    await execute('mount', ['-o', 'remount,rw', disk]);
    const again = await serve(desk, argv);
    expect([await ready(again), await read(again, 'before')]).toEqual([200, 'here']);
    expect(await again.stop()).toBe(0);
  });
});
