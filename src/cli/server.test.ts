// The command line on a server: a real one, as a process of its own, found by its address.
import { chmodSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Desk, ended, openDesk, type Ran, type RunOptions } from '../../test/support/command-line.ts';

let home: Desk;
/** A folder elsewhere, without a store of its own. */
let desk: Desk;
let url: string;
let key: string;
let stop: () => Promise<Ran>;

beforeAll(async () => {
  home = await openDesk();
  desk = await openDesk({ bare: true });
  const child = home.shell(['serve', '--port', '0', '--json']);
  const result = ended(child);
  stop = () => {
    child.kill('SIGTERM');
    return result;
  };
  if (child.stdout === null) throw new Error('serve has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    ({ url } = JSON.parse(line) as { url: string });
    break;
  }
  key = home.read('.entente/server.key').trim();
});
afterAll(async () => {
  await stop();
  desk.close();
  home.close();
});

function run(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const env = { ENTENTE_STORE: url, ENTENTE_KEY: key, XDG_STATE_HOME: desk.path('state'), ...options.env };
  return desk.run(argv, { ...options, env });
}

describe('the command line on a server', () => {
  it('[CT12] the loop: begin, commit, a conflict with its packet, repair, show, diff, log, undo', async () => {
    expect((await run(['commit', 'notes/plan.md', '-q'], { stdin: 'a\nb\nc\n' })).code).toBe(0);
    expect((await run(['begin', 'notes/plan.md', '-o', 'mine.md', '--agent', 'ann'])).code).toBe(0);
    expect(desk.read('mine.md')).toBe('a\nb\nc\n');
    expect((await run(['begin', 'notes/plan.md', '-o', 'other.md', '--agent', 'bob'])).code).toBe(0);
    desk.write('other.md', 'a\nB\nc\n');
    expect((await run(['commit', 'notes/plan.md', 'other.md', '--agent', 'bob', '--note', 'louder'])).code).toBe(0);
    desk.write('mine.md', 'a\nmine\nc\n');
    const clash = await run(['commit', 'notes/plan.md', 'mine.md', '--agent', 'ann', '--json']);
    expect([clash.code, clash.json()]).toEqual([
      5,
      expect.objectContaining({ status: expect.any(String), saved: false }),
    ]);
    const { token } = clash.json() as { token?: string };
    const again = token === undefined ? [] : ['--token', token];
    if (token === undefined) await run(['begin', 'notes/plan.md', '-o', 'mine.md', '--agent', 'ann', '--force', '-q']);
    desk.write('mine.md', 'a\nB mine\nc\n');
    expect(await run(['commit', 'notes/plan.md', 'mine.md', '--agent', 'ann', ...again])).toMatchObject({ code: 0 });
    expect((await run(['show', 'notes/plan.md'])).out).toBe('a\nB mine\nc\n');
    expect((await run(['show', 'notes/plan.md@1'])).out).toBe('a\nb\nc\n');
    expect((await run(['diff', 'notes/plan.md', '1', '2'])).out).toContain('+B');
    const log = (await run(['log', 'notes/plan.md', '--limit', '2', '--json'])).json();
    expect(log).toMatchObject({ items: [{ head: { version: 3 } }, { head: { version: 2 } }], next: '2' });
    expect((await run(['log', 'notes/plan.md', '--after', 'v2', '--json'])).json()).toMatchObject({
      items: [{ head: { version: 1 } }],
    });
    expect((await run(['log', '--json'])).json()).toMatchObject({ items: expect.any(Array) });
    expect((await run(['undo', 'notes/plan.md'])).code).toBe(0);
    expect((await run(['status', '--json'])).json()).toMatchObject({ store: url });
  });

  it('[CT12] policy, merges with their receipt, conflicts and their decision', async () => {
    desk.write(
      'policy.json',
      JSON.stringify({
        rules: [
          ['m/**', 'merge(text)'],
          ['q/**', 'escalate'],
        ],
      }),
    );
    expect((await run(['policy', 'set', 'policy.json'])).code).toBe(0);
    expect((await run(['policy', 'explain', 'm/x.md'])).out).toContain('merge');
    for (const id of ['m/one.md', 'q/one.md']) {
      const work = `${id.replace('/', '-')}.work`;
      await run(['commit', id, '-q'], { stdin: 'a\nb\nc\n' });
      await run(['begin', id, '-o', work, '--agent', 'ann', '-q']);
      await run(['begin', id, '-o', 'bob.work', '--agent', 'bob', '-q', '--force']);
      desk.write('bob.work', 'A\nb\nc\n');
      expect((await run(['commit', id, 'bob.work', '-q', '--agent', 'bob'])).code).toBe(0);
      desk.write(work, 'a\nb\nC\n');
    }
    expect(await run(['commit', 'm/one.md', 'm-one.md.work', '--agent', 'ann'])).toMatchObject({ code: 0 });
    expect((await run(['show', 'm/one.md'])).out).toBe('A\nb\nC\n');
    const receipt = await run(['show', 'm/one.md', '--receipt', '--json']);
    expect([receipt.code, receipt.json()]).toEqual([0, expect.objectContaining({ engine: 'text' })]);
    expect(await run(['commit', 'q/one.md', 'q-one.md.work', '--agent', 'ann'])).toMatchObject({ code: 8 });
    const { items } = (await run(['conflicts', 'list', '--json'])).json() as { items: readonly { number: number }[] };
    const number = String(items[0]?.number);
    expect((await run(['conflicts', 'show', number])).code).toBe(0);
    expect((await run(['resolve', number, '--use', 'proposed', '--reason', 'newer'])).code).toBe(0);
    expect((await run(['show', 'q/one.md'])).out).toBe('a\nb\nC\n');
    expect((await run(['recorded', 'list', '--json'])).code).toBe(0);
  });

  it('[CT12] what is refused there proposes no strategy: those are the server’s', async () => {
    await run(['commit', 'plain.md', '-q'], { stdin: 'a\n' });
    for (const agent of ['ann', 'bob']) {
      await run(['begin', 'plain.md', '-o', `${agent}.md`, '--agent', agent, '-q']);
      desk.write(`${agent}.md`, `${agent}\n`);
    }
    expect((await run(['commit', 'plain.md', 'ann.md', '--agent', 'ann', '-q'])).code).toBe(0);
    const { code, err } = await run(['commit', 'plain.md', 'bob.md', '--agent', 'bob']);
    expect([code, err.includes('--strategy')]).toEqual([5, false]);
    expect(err).toMatch(/next: entente .*show plain\.md/);
  });

  it('[CT12] who is not named writes as the key does', async () => {
    const made = await home.run(['keys', 'create', 'writer-1', '--grant', 'read:**', '--grant', 'commit:notes/**']);
    const { code } = await run(['commit', 'notes/own.md'], { stdin: 'a\n', env: { ENTENTE_KEY: made.out.trim() } });
    expect(code).toBe(0);
    expect((await run(['log', 'notes/own.md', '--json'])).json()).toMatchObject({
      items: [{ head: { agent: 'writer-1' } }],
    });
    const chosen = await run(['commit', 'notes/own.md', '--strategy', 'merge(auto)'], { stdin: 'b\n' });
    expect([chosen.code, chosen.err]).toEqual([2, expect.stringContaining('next: entente policy set FILE')]);
  });

  it('[CT12] import and export: what others changed meanwhile is never written over', async () => {
    desk.write('in/a.txt', 'one\ntwo\nthree\n');
    desk.write('in/b.txt', 'b\n');
    expect((await run(['import', 'in', '--prefix', 'files', '--json'])).json()).toMatchObject({
      counts: { created: 2 },
    });
    await run(['begin', 'files/a.txt', '-o', 'work.txt', '--agent', 'bob', '-q']);
    desk.write('work.txt', 'ONE\ntwo\nthree\n');
    await run(['commit', 'files/a.txt', 'work.txt', '--agent', 'bob', '-q']);
    desk.write('in/a.txt', 'mine\ntwo\nthree\n');
    const again = await run(['import', 'in', '--prefix', 'files', '--json']);
    expect([again.code, again.json()]).toMatchObject([5, { counts: { conflict: 1, unchanged: 1 } }]);
    expect((await run(['show', 'files/a.txt'])).out).toBe('ONE\ntwo\nthree\n');
    expect((await run(['export', 'out', '--prefix', 'files'])).code).toBe(0);
    expect(desk.read('out/files/b.txt')).toBe('b\n');
  });

  it('[CT12] watch tells what is there, and goes on from a cursor', async () => {
    await run(['commit', 'w/one', '-q'], { stdin: 'x' });
    const { code, out } = await run(['watch', 'w/**', '--since', 'start', '--limit', '1']);
    const item = JSON.parse(out.trim()) as { cursor: string; changes: readonly { resource: string }[] };
    expect([code, item.changes[0]?.resource]).toEqual([0, 'w/one']);
    await run(['commit', 'w/two', '-q'], { stdin: 'x' });
    const next = await run(['watch', 'w/**', '--since', item.cursor, '--limit', '1']);
    expect(next.out).toContain('w/two');
  });

  it('[CT12] what needs the store itself says where to run it; doctor and init look at the server', async () => {
    for (const argv of [['backup', 'x.db'], ['restore', 'x.db'], ['serve']]) {
      const { code, err } = await run(argv);
      expect([argv[0], code, err.includes('--store sqlite:PATH')]).toEqual([argv[0], 2, true]);
    }
    expect((await run(['doctor', '--json'])).json()).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ name: 'server', state: 'ok' })]),
    });
    const made = await run(['init', '--store', url, '--json'], { cwd: home.path('.') });
    expect(made.code).toBe(0);
  });

  it('[CT13] the key: from the environment, from a file that only its owner may read, or none', async () => {
    const file = desk.write('key', `${key}\n`);
    chmodSync(file, 0o600);
    const keyed = (more: { readonly [name: string]: string }): Promise<Ran> =>
      desk.run(['status'], { env: { ENTENTE_STORE: url, XDG_STATE_HOME: desk.path('state'), ...more } });
    expect((await keyed({ ENTENTE_KEY_FILE: 'key' })).code).toBe(0);
    chmodSync(file, 0o644);
    expect(await keyed({ ENTENTE_KEY_FILE: 'key' })).toMatchObject({
      code: 4,
      err: expect.stringContaining('chmod 600'),
    });
    expect(await keyed({})).toMatchObject({ code: 4, err: expect.stringContaining('ENTENTE_KEY_FILE') });
    expect((await keyed({ ENTENTE_KEY: 'ent_wrong_secret' })).code).toBe(4);
    const beside = await home.run(['status'], { env: { ENTENTE_STORE: url } });
    expect(beside.code).toBe(0);
    const inAddress = await run(['status', '--store', url.replace('//', '//me:secret@')]);
    expect([inAddress.code, inAddress.err.includes('secret')]).toEqual([2, false]);
    const closed = await run(['status', '--store', 'http://127.0.0.1:17119', '--json']);
    expect([closed.code, closed.json()]).toMatchObject([69, { error: { code: 'store-unavailable' } }]);
  });
});
