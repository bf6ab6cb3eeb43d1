// `entente serve` as a process: where it listens, what it refuses, and how it ends (OP rules).
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Desk, openDesk, type RunOptions } from '../../test/support/command-line.ts';
import { plainLogLine } from './show/log-line.ts';

const FRONT = fileURLToPath(new URL('../../bin/entente-hook', import.meta.url));

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  readonly key: string;
  /** All that it has written so far, on both streams. */
  output(): string;
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number | null>;
}

/** A server of the desk's store that listens. */
async function serve(desk: Desk, argv: readonly string[] = []): Promise<Running> {
  return running(desk.shell(['serve', '--port', '0', ...argv]), join(desk.folder, '.entente', 'server.key'));
}

async function running(child: ChildProcess, keyFile: string): Promise<Running> {
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const address = /entente listens on (\S+)/;
  while (!address.test(output) || !/ status\n/.test(output)) {
    if (child.exitCode !== null) throw new Error(output);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const url = address.exec(output)?.[1] ?? '';
  return { child, url, key: readFileSync(keyFile, 'utf8').trim(), output: () => output, ended };
}

async function desk(): Promise<Desk> {
  const made = await openDesk();
  onTestFinished(() => made.close());
  return made;
}

// biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever came
async function post({ url, key }: Running, path: string, body: object): Promise<any> {
  const answer = await fetch(`${url}/v1/spaces/default${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { ...((await answer.json()) as object), http: answer.status };
}

describe('entente serve', () => {
  it('[OP1] listens on this machine alone, keeps its key to its owner, and prints three ways in that work', async () => {
    const at = await desk();
    const server = await serve(at);
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(statSync(join(at.folder, '.entente', 'server.key')).mode & 0o777).toBe(0o600);
    const lines = server.output().split('\n');
    expect(server.output()).toContain(`data: sqlite:${join(at.folder, '.entente')}`);
    expect(server.output()).not.toContain(server.key);
    await post(server, '/commits', { token: (await post(server, '/drafts', { id: 'a' })).token, content: 'x' });
    const curl = lines.find((line) => line.trim().startsWith('curl -H')) ?? '';
    const { stdout } = await promisify(execFile)('bash', ['-c', curl.replace('curl ', 'curl -s ')]);
    expect(JSON.parse(stdout).items).toMatchObject([{ resource: 'a', version: 1 }]);
  });

  it('[OP2] H02 does not start on what it does not understand, and says what is wrong', async () => {
    const at = await desk();
    const wrong = [
      ['--port', 'abc'],
      ['--port', '70000'],
      ['--limit', 'requestsPerMinute=abc'],
      ['--limit', 'requestsPerMinute=NaN'],
      ['--limit', 'requestsPerMinute=0'],
      ['--limit', 'requests=5'],
      ['--log-level', 'loud'],
      ['--public-url', 'not a url'],
      ['--store', 'redis:x'],
      ['--host', 'nowhere.invalid'],
    ];
    for (const argv of wrong) {
      const { code, err, out } = await at.run(['serve', '--port', '0', ...argv]);
      expect([argv, out, code === 0]).toEqual([argv, '', false]);
      expect(err, argv.join(' ')).toMatch(/^error \[[\w-]+\] [\s\S]*next: /);
    }
    at.write('open.key', 'x');
    const { code, err } = await at.run(['serve', '--port', '0', '--key-file', 'open.key']);
    expect([code, err]).toEqual([4, expect.stringContaining('chmod 600')]);
  });

  it('[HT10] a file that holds no key of this store is somebody else’s, and stays as it is', async () => {
    const at = await desk();
    const others = `ent_${'a'.repeat(12)}_${'b'.repeat(43)}\n`;
    for (const held of ['very important\n', others]) {
      const file = at.write('held.key', held);
      chmodSync(file, 0o600);
      const { code, err } = await at.run(['serve', '--port', '0', '--key-file', 'held.key']);
      expect([code, err]).toEqual([2, expect.stringContaining('next: entente serve --key-file OTHER')]);
      expect(at.read('held.key')).toBe(held);
    }
  });

  it('[OP3] SIGTERM: commits under way are answered and kept, and then it ends with 0', async () => {
    const at = await desk();
    const server = await serve(at);
    const acknowledged: string[] = [];
    let stopping = false;
    const lane = async (name: number): Promise<void> => {
      for (let count = 0; ; count += 1) {
        const id = `r/${name}/${count}`;
        try {
          const { token } = await post(server, '/drafts', { id });
          const outcome = await post(server, '/commits', { token, content: id });
          if (outcome.status === 'committed') acknowledged.push(id);
          else return;
        } catch {
          expect(stopping).toBe(true);
          return;
        }
      }
    };
    const lanes = [1, 2, 3, 4].map(lane);
    while (acknowledged.length < 20) await new Promise((resolve) => setTimeout(resolve, 5));
    stopping = true;
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
    await Promise.all(lanes);
    for (const id of acknowledged) expect((await at.run(['show', id])).out, id).toBe(id);
  });

  it('[OP4] two servers on one file: tokens of one hold at the other, and no change of either is lost', async () => {
    const at = await desk();
    const one = await serve(at);
    const two = await serve(at);
    expect(two.key).toBe(one.key);
    const { token } = await post(one, '/drafts', { id: 'shared' });
    expect(await post(two, '/commits', { token, content: 'base' })).toMatchObject({ http: 201 });
    let landed = 0;
    const add = async (server: Running, name: string): Promise<void> => {
      for (let count = 0; count < 15; ) {
        const draft = await post(server, '/drafts', { id: 'shared' });
        const line = `\n${name}${count}`;
        const content = `${draft.content}${line}`;
        const outcome = await post(server, '/commits', { token: draft.token, content, resolve: false });
        if (outcome.http === 409) continue;
        expect(outcome.status).toBe('committed');
        landed += 1;
        count += 1;
      }
    };
    await Promise.all([add(one, 'a'), add(two, 'b')]);
    const { content } = await post(two, '/drafts', { id: 'shared' });
    expect(landed).toBe(30);
    expect(new Set(content.split('\n')).size).toBe(31);
    expect((await at.run(['verify', '--json'])).code).toBe(0);
  });

  it('[OP5] kill -9 under load, twenty times: every commit that was acknowledged is there', async () => {
    const at = await desk();
    const acknowledged: string[] = [];
    let kills = 0;
    const lane = async (): Promise<void> => {
      while (kills < 20) {
        kills += 1;
        const name = kills;
        const server = await serve(at);
        let own = 0;
        const writing = [1, 2, 3].map(async (part) => {
          for (let count = 0; ; count += 1) {
            const id = `k/${name}/${part}/${count}`;
            const { token } = await post(server, '/drafts', { id });
            const outcome = await post(server, '/commits', { token, content: id });
            if (outcome.status !== 'committed') continue;
            acknowledged.push(id);
            own += 1;
          }
        });
        while (own < 3) await new Promise((resolve) => setTimeout(resolve, 3));
        server.child.kill('SIGKILL');
        await Promise.allSettled(writing);
        await server.ended;
      }
    };
    await Promise.all([lane(), lane(), lane(), lane()]);
    expect(acknowledged.length).toBeGreaterThanOrEqual(60);
    const { store, close } = await opened(at);
    for (const id of acknowledged) {
      const [head] = (await store.read('default' as never, [id as never])).heads;
      expect(head?.size, id).toBe(id.length);
    }
    await close();
    expect((await at.run(['verify', '--json'])).code).toBe(0);
  });

  it('[OP6] npm start listens on the embedded store and tells how to go on', async () => {
    const at = await desk();
    const script = fileURLToPath(new URL('../../scripts/start.mjs', import.meta.url));
    mkdirSync(join(at.folder, 'data'));
    const argv = [process.execPath, script, '--port', '0', '--key-file', at.path('start.key')];
    // Both streams into one, as in a terminal and in most logs.
    const child = spawn('sh', ['-c', 'exec "$0" "$@" 2>&1', ...argv], {
      cwd: at.folder,
      env: { ...process.env, ENTENTE_STORE: `sqlite:${at.path('data/entente.db')}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const server = await running(child, at.path('start.key'));
    const parts = [
      `entente listens on ${server.url}`,
      'data: ',
      'key:  ',
      'curl:',
      'TypeScript:',
      'MCP',
      'command line:',
    ];
    while (!server.output().includes('npm run demo')) await new Promise((resolve) => setTimeout(resolve, 10));
    // In this order: what is looked for first is where it listens.
    const places = [...parts, 'npm run demo'].map((part) => server.output().indexOf(part));
    expect(places).toEqual([...places].filter((place) => place >= 0).sort((a, b) => a - b));
    expect((await post(server, '/drafts', { id: 'a' })).http).toBe(200);
    child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
    const lines = server.output().trimEnd().split('\n');
    const last = lines.indexOf('  npm run demo');
    const isLog = (line: string): boolean => line.startsWith('{"level"');
    expect(lines.slice(0, last).filter(isLog)).toEqual([]);
    expect(lines.slice(last + 1).filter((line) => !isLog(line))).toEqual([]);
    expect(lines.length).toBeGreaterThan(last + 1);
  });
});

describe('entente serve --socket', () => {
  it('[OP15] a server on a socket of its owner alone, and the command line through it', async () => {
    const at = await desk();
    const child = at.shell(['serve', '--socket', 'run.sock']);
    const server = await running(child, join(at.folder, '.entente', 'server.key'));
    const url = `unix:${at.path('run.sock')}`;
    expect(server.url).toBe(url);
    expect(statSync(at.path('run.sock')).mode & 0o777).toBe(0o600);
    const curl =
      server
        .output()
        .split('\n')
        .find((line) => line.trim().startsWith('curl --unix-socket')) ?? '';
    const { stdout } = await promisify(execFile)('bash', ['-c', curl.replace('curl ', 'curl -s ')]);
    expect(JSON.parse(stdout).items).toEqual([]);

    const run = (argv: readonly string[], options: RunOptions = {}) =>
      at.run(argv, { ...options, env: { ENTENTE_STORE: 'unix:run.sock' } });
    expect((await run(['commit', 'notes/a.md', '-q'], { stdin: 'one\n' })).code).toBe(0);
    expect((await run(['begin', 'notes/a.md', '-o', 'a.md', '-q'])).code).toBe(0);
    at.write('a.md', 'two\n');
    expect((await run(['commit', 'notes/a.md', 'a.md', '-q'])).code).toBe(0);
    expect((await run(['show', 'notes/a.md'])).out).toBe('two\n');
    expect((await run(['show', 'notes/b.md'])).code).toBe(3);
    const watched = await run(['watch', '--since', 'start', '--limit', '2']);
    expect(watched.out.trim().split('\n')).toHaveLength(2);
    expect((await run(['status', '--json'])).json()).toMatchObject({ store: url });

    const second = await at.run(['serve', '--socket', 'run.sock']);
    expect([second.code, second.err]).toEqual([2, expect.stringContaining('listens on')]);
    const file = await at.run(['serve', '--socket', 'a.md']);
    expect([file.code, at.read('a.md')]).toEqual([2, 'two\n']);
    expect((await at.run(['serve', '--socket', 'x'.repeat(200)])).code).toBe(2);

    // One that was killed leaves its file behind; the next one takes its place, and takes it away at its end.
    child.kill('SIGKILL');
    await server.ended;
    const away = await run(['status']);
    expect([away.code, away.err]).toEqual([69, expect.stringContaining(`The server ${url} does not answer`)]);
    const next = at.shell(['serve', '--socket', 'run.sock']);
    const again = await running(next, join(at.folder, '.entente', 'server.key'));
    expect((await run(['show', 'notes/a.md'])).out).toBe('two\n');
    next.kill('SIGTERM');
    expect(await again.ended).toBe(0);
    expect(existsSync(at.path('run.sock'))).toBe(false);
    expect((await run(['status'])).code).toBe(69);
  });

  it('[OP10] [OP15] on a terminal the log is words, of what needs looking at, and nowhere JSON among them', () => {
    const line = JSON.stringify({
      level: 40,
      time: 1,
      requestId: 'r1',
      key: 'k\u001b[2J',
      code: 'bad-token',
      msg: 'request refused',
    });
    expect(plainLogLine(line)).toBe('warning: request refused requestId=r1 key=k[2J code=bad-token\n');
    const failed = JSON.stringify({ level: 50, msg: 'request failed', err: { message: 'no\nroom', stack: 'at …' } });
    expect(plainLogLine(failed)).toBe('error: request failed (no room)\n');
    expect(plainLogLine('words\n')).toBe('words\n');
  });
});

describe('entente serve --guard', () => {
  it('[GD30] one process keeps a folder and serves its store: hooks, what nobody announced, and commits over HTTP are one history', async () => {
    const at = await desk();
    at.write('notes/plan.md', 'one\ntwo\nthree\nfour\nfive\n');
    const server = await serve(at, ['--guard', at.folder]);
    expect(server.output()).toContain(`guard: ${at.folder} is kept, and watched`);
    const draft = await post(server, '/drafts', { id: 'notes/plan.md' });
    expect(draft.content).toBe('one\ntwo\nthree\nfour\nfive\n');
    // A person saves the file meanwhile.
    at.write('notes/plan.md', 'ONE\ntwo\nthree\nfour\nfive\n');
    const content = 'ONE\ntwo\nthree\nfour\nFIVE\n';
    const ofPerson = async (): Promise<boolean> =>
      (await post(server, '/drafts', { id: 'notes/plan.md' })).content.startsWith('ONE');
    while (!(await ofPerson())) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await post(server, '/commits', { token: draft.token, content })).toMatchObject({ http: 409 });
    const { token } = await post(server, '/drafts', { id: 'notes/plan.md' });
    expect(await post(server, '/commits', { token, content })).toMatchObject({ status: 'committed' });
    // Nobody touches the file: the commit comes to it.
    while (at.read('notes/plan.md') !== content) await new Promise((resolve) => setTimeout(resolve, 20));
    const hook = (event: string, tool: string, input: object): string => {
      const told = { session_id: 's', cwd: at.folder, hook_event_name: event, tool_name: tool, tool_input: input };
      return execFileSync(FRONT, ['claude-code'], {
        cwd: at.folder,
        input: JSON.stringify({ ...told, tool_use_id: 'c1' }),
        env: { ...process.env, ENTENTE_NODE: '/nowhere/node' },
        encoding: 'utf8',
      });
    };
    const edit = { file_path: at.path('notes/plan.md'), old_string: 'three', new_string: 'THREE' };
    expect(hook('PreToolUse', 'Read', edit)).toBe('');
    const merged = 'ONE\ntwo\nthree\nfour\nFIVE\n';
    expect(hook('PreToolUse', 'Edit', edit)).not.toContain('"deny"');
    at.write('notes/plan.md', at.read('notes/plan.md').replace('three', 'THREE'));
    hook('PostToolUse', 'Edit', edit);
    const second = await at.run(['guard', at.folder]);
    expect([second.code, second.err]).toEqual([2, expect.stringContaining('listens on')]);
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
    expect(existsSync(at.path('.entente/guard.sock'))).toBe(false);
    expect((await at.run(['show', 'notes/plan.md'])).out).toBe(merged.replace('three', 'THREE'));
    const { store, close } = await opened(at);
    const heads = (await store.read('default' as never, ['notes/plan.md' as never])).heads;
    expect(heads[0]?.agent).toBe('claude-code:s');
    await close();
  });

  it('[GD30] it does not start for a folder of another store, or of none', async () => {
    const at = await desk();
    const other = await desk();
    const foreign = await at.run(['serve', '--port', '0', '--guard', other.folder]);
    expect([foreign.code, foreign.err]).toEqual([2, expect.stringContaining('next: entente serve --store')]);
    expect((await at.run(['serve', '--port', '0', '--guard', '/'])).code).toBe(3);
  });
});

async function opened(at: Desk) {
  const { createSqliteStore } = await import('../stores/sqlite.ts');
  const store = createSqliteStore({ path: join(at.folder, '.entente', 'entente.db'), onWarning: () => undefined });
  return { store, close: () => store.close() };
}
