// Set-up, homes, backup and restore, verify, doctor.
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk } from '../../test/support/command-line.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk({ bare: true });
});
afterEach(() => desk.close());

const storeOf = async (cwd: string): Promise<unknown> =>
  (await desk.run(['status', '--json'], { cwd: desk.path(cwd) })).json()['store'];

describe('init and the home', () => {
  it('[CL36] init makes a home that only its owner may enter and git ignores; repeated it changes nothing', async () => {
    expect((await desk.run(['init', '--json'])).json()).toMatchObject({ status: 'created' });
    expect(statSync(desk.path('.entente')).mode & 0o777).toBe(0o700);
    expect(desk.read('.entente/.gitignore')).toBe('*\n');
    await desk.run(['commit', 'x', '-q'], { stdin: 'x\n' });
    expect((await desk.run(['init', '--json'])).json()).toMatchObject({ status: 'exists' });
    expect((await desk.run(['show', 'x', '-q'])).out).toBe('x\n');
  });

  it('[CL36] the nearest home upwards is used; --store and ENTENTE_STORE go before it', async () => {
    await desk.run(['init']);
    mkdirSync(desk.path('a/b'), { recursive: true });
    const own = `sqlite:${desk.path('.entente/entente.db')}`;
    expect(await storeOf('a/b')).toBe(own);
    await desk.run(['init', '--store', 'sqlite:other.db'], { cwd: desk.path('a') });
    // The home is the one above: it has taken the new address in.
    expect(await storeOf('a/b')).toBe(`sqlite:${desk.path('a/other.db')}`);
    await desk.run(['init', '--store', 'sqlite:third.db']);
    const env = { ENTENTE_STORE: own };
    expect((await desk.run(['status', '--json'], { env })).json()['store']).toBe(own);
    const given = ['status', '--json', '--store', 'sqlite:third.db'];
    expect((await desk.run(given, { env })).json()['store']).toBe(`sqlite:${desk.path('third.db')}`);
  });

  it('[CL36] a folder as --store stands for the database in it or in its home', async () => {
    await desk.run(['init']);
    const told = (await desk.run(['status', '--json', '--store', 'sqlite:.'])).json();
    expect(told['store']).toBe(`sqlite:${desk.path('.entente/entente.db')}`);
  });

  it('[CL37] all worktrees of a git repository share one home, read from the .git files', async () => {
    // As git lays them out; git itself need not be there.
    mkdirSync(desk.path('main/.git/worktrees/w1'), { recursive: true });
    mkdirSync(desk.path('elsewhere/w1/deep'), { recursive: true });
    writeFileSync(desk.path('elsewhere/w1/.git'), `gitdir: ${desk.path('main/.git/worktrees/w1')}\n`);
    writeFileSync(desk.path('main/.git/worktrees/w1/commondir'), '../..\n');
    const { home } = (await desk.run(['init', '--json'], { cwd: desk.path('elsewhere/w1/deep') })).json();
    expect(home).toBe(desk.path('main/.entente'));
    const store = `sqlite:${desk.path('main/.entente/entente.db')}`;
    expect([await storeOf('main'), await storeOf('elsewhere/w1/deep')]).toEqual([store, store]);
  });

  it('[CL37] a submodule is a repository of its own', async () => {
    mkdirSync(desk.path('main/.git/modules/sub'), { recursive: true });
    mkdirSync(desk.path('main/sub'), { recursive: true });
    writeFileSync(desk.path('main/sub/.git'), 'gitdir: ../.git/modules/sub\n');
    const { home } = (await desk.run(['init', '--json'], { cwd: desk.path('main/sub') })).json();
    expect(home).toBe(desk.path('main/sub/.entente'));
  });

  it('[CL36] config.json may name space and agent; a damaged one is said', async () => {
    await desk.run(['init']);
    desk.write('.entente/config.json', '{"agent":"from-config","space":"s"}');
    await desk.run(['commit', 'x', '-q'], { stdin: 'x\n' });
    const told = (await desk.run(['show', 'x', '--json', '--space', 's'])).json();
    expect(told).toMatchObject({ agent: 'from-config' });
    desk.write('.entente/config.json', '{oops');
    const { code, err } = await desk.run(['status']);
    expect([code, err.includes('next: ')]).toEqual([2, true]);
  });

  it('[CL36] saved tokens are private files and never written through a planted link', async () => {
    await desk.run(['init']);
    await desk.run(['begin', 'x', '-q']);
    const [name = ''] = readdirSync(desk.path('.entente/tokens'));
    expect(statSync(desk.path(`.entente/tokens/${name}`)).mode & 0o777).toBe(0o600);
    desk.write('victim', 'untouched\n');
    rmSync(desk.path(`.entente/tokens/${name}`));
    symlinkSync('../../victim', desk.path(`.entente/tokens/${name}`));
    await desk.run(['begin', 'x', '-q']);
    expect(desk.read('victim')).toBe('untouched\n');
  });
});

describe('backup, restore, verify, doctor', () => {
  beforeEach(async () => {
    await desk.run(['init']);
    await desk.run(['commit', 'x', '-q', '--agent', 'A'], { stdin: 'one\n' });
  });

  it('[CL38] restore brings the backup back, keeps what it replaces, and old tokens are refused', async () => {
    await desk.run(['backup', 'b.db']);
    await desk.run(['commit', 'x', '-q', '--agent', 'A'], { stdin: 'two\n' });
    const token = String((await desk.run(['begin', 'x', '--agent', 'A', '--json'])).json()['token']);
    const { kept } = (await desk.run(['restore', 'b.db', '--json'])).json();
    expect((await desk.run(['show', 'x', '-q'])).out).toBe('one\n');
    const stale = await desk.run(['commit', 'x', '--agent', 'A', '--token', token, '--json'], { stdin: 'three\n' });
    expect([stale.code, stale.json()['error']]).toEqual([6, expect.objectContaining({ code: 'epoch-changed' })]);
    expect((await desk.run(['show', 'x', '-q', '--store', `sqlite:${String(kept)}`])).out).toBe('two\n');
    expect((await desk.run(['verify'])).code).toBe(0);
  });

  it('[CL38] backup never replaces a file, and a file that is no backup restores nothing', async () => {
    desk.write('taken', 'mine\n');
    expect([(await desk.run(['backup', 'taken'])).code, desk.read('taken')]).toEqual([2, 'mine\n']);
    desk.write('junk', 'no database at all, just words\n'.repeat(100));
    expect((await desk.run(['restore', 'junk'])).code).toBe(1);
    expect(readdirSync(desk.path('.entente')).filter((name) => name.includes('before-restore'))).toEqual([]);
    expect((await desk.run(['show', 'x', '-q'])).out).toBe('one\n');
    expect((await desk.run(['backup', 'm.db', '--store', 'memory:'])).code).toBe(2);
  });

  it('[CL39] verify replays the store, every space of it', async () => {
    await desk.run(['commit', 'y', '-q', '--space', 'second'], { stdin: 'y\n' });
    const told = (await desk.run(['verify', '--json'])).json() as { ok: boolean; items: { space: string }[] };
    expect([told.ok, told.items.map(({ space }) => space).sort()]).toEqual([true, ['default', 'second']]);
  });

  it('[CL39] verify names the first thing that is wrong, with exit code 1', async () => {
    await desk.run(['commit', 'y', '-q'], { stdin: 'a content that is found in the file\n' });
    await desk.run(['backup', 'b.db']);
    const bytes = readFileSync(desk.path('b.db'));
    const at = bytes.indexOf('a content that is found');
    expect(at).toBeGreaterThan(0);
    bytes.write('A CONTENT', at);
    writeFileSync(desk.path('b.db'), bytes);
    const { code, err } = await desk.run(['verify', '--store', 'sqlite:b.db']);
    expect([code, err.includes('wrong in space default'), err.includes('next: ')]).toEqual([1, true, true]);
  });

  it('[CL39] verify judges a recorded history', async () => {
    const line = (fields: object): string =>
      JSON.stringify({ process: 'p', resource: 'x', type: 'write', outcome: 'ok', hash: 'h', ...fields });
    const good = [
      line({ call: 1, return: 2, version: 1, expected: 0 }),
      line({ call: 3, return: 4, version: 2, expected: 1 }),
    ];
    const lost = [...good, line({ process: 'q', call: 3, return: 5, version: 2, expected: 1, hash: 'other' })];
    expect((await desk.run(['verify', desk.write('good.jsonl', `${good.join('\n')}\n`)])).code).toBe(0);
    const bad = await desk.run(['verify', desk.write('lost.jsonl', lost.join('\n')), '--json']);
    expect([bad.code, bad.json()['ok']]).toEqual([1, false]);
    expect((await desk.run(['verify', '-'], { stdin: good.join('\n') })).code).toBe(0);
    expect((await desk.run(['verify', desk.write('junk.jsonl', 'junk\n')])).code).toBe(2);
    expect((await desk.run(['verify', 'nofile.jsonl'])).code).toBe(3);
    // Half a history proves nothing, and a terminal is not read when that is not wanted.
    const stopped = await desk.run(['verify', 'good.jsonl', '--json'], { signal: AbortSignal.abort() });
    expect([stopped.code, stopped.json()['error']]).toEqual([130, expect.objectContaining({ code: 'interrupted' })]);
    expect((await desk.run(['verify', '-', '--no-input'], { stdinTerminal: true })).code).toBe(2);
  });

  it('[CL40] doctor tells driver, version, rights, space and integrity', async () => {
    const told = (await desk.run(['doctor', '--json'])).json() as {
      ok: boolean;
      items: { name: string; state: string }[];
    };
    const names = told.items.map(({ name }) => name);
    for (const name of ['node', 'parsers', 'driver', 'sqlite', 'folder', 'rights', 'space', 'integrity'])
      expect(names).toContain(name);
    expect(told.ok).toBe(true);
    chmodSync(desk.path('.entente/entente.db'), 0o644);
    const warned = await desk.run(['doctor']);
    expect([warned.code, warned.err.includes('chmod 600')]).toEqual([0, true]);
    expect((await desk.run(['doctor', '--store', 'sqlite:nowhere.db'])).code).toBe(1);
    desk.write('junk.db', 'no database at all, just words\n'.repeat(200));
    expect((await desk.run(['doctor', '--store', 'sqlite:junk.db'])).code).toBe(1);
  });
});
