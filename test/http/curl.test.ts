// `entente serve` as a process of its own, and curl, which nobody here wrote: the whole conditional cycle.
import { type ChildProcess, execFile } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Desk, ended, openDesk } from '../support/command-line.ts';

const execute = promisify(execFile);

let desk: Desk;
let server: ChildProcess;
let space: string;
let key: string;

/** The first line that a process writes: where it listens. */
function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    let errors = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      errors += chunk;
    });
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk;
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
    child.on('close', (code) => reject(new Error(`ended with ${code}: ${errors}`)));
  });
}

beforeAll(async () => {
  desk = await openDesk();
  server = desk.shell(['serve', '--port', '0', '--json']);
  const { url } = JSON.parse(await firstLine(server)) as { url: string };
  space = `${url}/v1/spaces/default`;
  key = desk.read('.entente/server.key').trim();
});
afterAll(async () => {
  const done = ended(server);
  server.kill('SIGTERM');
  await done;
  desk.close();
});

interface Curled {
  readonly status: number;
  readonly etag: string;
  readonly text: string;
}

async function curl(path: string, ...args: readonly string[]): Promise<Curled> {
  writeFileSync(desk.path('auth'), `Authorization: Bearer ${key}\n`);
  const { stdout } = await execute('curl', ['-s', '-i', '-H', `@${desk.path('auth')}`, ...args, `${space}${path}`]);
  const [head = '', text = ''] = stdout.split(/\r\n\r\n(.*)/s, 2);
  return {
    status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]),
    etag: /^etag: (.*)$/im.exec(head)?.[1]?.trim() ?? '',
    text,
  };
}

describe('curl', () => {
  it('[HT9] creates, reads, asks again, replaces, is refused with what is stale, and deletes', async (context) => {
    if ((await execute('curl', ['--version']).catch(() => undefined)) === undefined) context.skip('there is no curl');
    const at = '/resource?id=notes/plan.md';
    const put = (text: string, condition: string): Promise<Curled> =>
      curl(at, '-X', 'PUT', '--data-binary', text, '-H', condition);
    expect((await put('one\n', 'If-None-Match: *')).status).toBe(201);
    const read = await curl(at);
    expect([read.status, read.text]).toEqual([200, 'one\n']);
    expect((await curl(at, '-H', `If-None-Match: ${read.etag}`)).status).toBe(304);
    // curl's own way: it keeps the ETag in a file and sends it the next time.
    const [etags, body] = [desk.path('etags'), desk.path('body')];
    const cached = ['--etag-save', etags, '--etag-compare', etags, '-o', body, '-w', '%{http_code}'];
    const fetched = (): Promise<{ stdout: string }> =>
      execute('curl', ['-s', '-H', `@${desk.path('auth')}`, ...cached, `${space}${at}`]);
    writeFileSync(etags, '');
    expect((await fetched()).stdout).toBe('200');
    expect((await fetched()).stdout).toBe('304');
    const replaced = await put('two\n', `If-Match: ${read.etag}`);
    expect([replaced.status, JSON.parse(replaced.text).version]).toEqual([200, 2]);
    expect((await put('three\n', `If-Match: ${read.etag}`)).status).toBe(412);
    expect((await put('three\n', 'X-Nothing: 1')).status).toBe(428);
    expect((await curl(at)).text).toBe('two\n');
    expect((await curl(at, '-X', 'DELETE', '-H', `If-Match: ${replaced.etag}`)).status).toBe(204);
    expect((await curl(at)).status).toBe(404);
  });
});

describe('entente serve and entente keys', () => {
  it('[HT10] makes the owner’s key in a file of its own, and takes keys that the command line makes and revokes', async () => {
    expect(statSync(desk.path('.entente/server.key')).mode & 0o777).toBe(0o600);
    const made = (
      await desk.run(['keys', 'create', 'ann', '--grant', 'read:notes/**', '--expires', '1h', '--json'])
    ).json();
    expect(made).toMatchObject({ name: 'ann', state: 'active', grants: ['read@default:notes/**'] });
    const ask = (path: string): Promise<Response> =>
      fetch(`${space}${path}`, { headers: { authorization: `Bearer ${made['key']}` } });
    expect((await ask('/resources')).status).toBe(200);
    expect((await ask('/stats')).status).toBe(403);
    const list = await desk.run(['keys', 'list', '--json']);
    expect(list.out).not.toContain(String(made['key']).slice(-43));
    expect((list.json()['items'] as { name: string }[]).map(({ name }) => name)).toContain('ann');
    expect((await desk.run(['keys', 'rotate', '--json'])).json()).toMatchObject({ status: 'rotated' });
    expect((await desk.run(['keys', 'revoke', String(made['id'])])).code).toBe(0);
    expect((await desk.run(['keys', 'revoke', 'nobody'])).code).toBe(3);
    const verified = await desk.run(['verify', '--json']);
    expect([verified.code, (verified.json()['items'] as { space: string }[]).map(({ space: name }) => name)]).toEqual([
      0,
      expect.arrayContaining(['~entente']),
    ]);
    for (const wrong of [['--grant', 'write:**'], ['--grant', 'read', '--expires', 'soon'], []])
      expect((await desk.run(['keys', 'create', 'bob', ...wrong])).code).toBe(2);
  });

  it('[HT10] refuses to start on what it does not understand', async () => {
    for (const wrong of [
      ['--port', 'http'],
      ['--port', '70000'],
      ['--log-level', 'loud'],
      ['--public-url', 'here'],
      ['--store', 'memory:'],
    ])
      expect([wrong, (await desk.run(['serve', ...wrong])).code]).toEqual([wrong, 2]);
  });
});
