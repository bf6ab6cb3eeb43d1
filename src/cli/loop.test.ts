// begin, work, commit: the loop, and the saved tokens behind it.
import { readFileSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandLine, type Desk, openDesk } from '../../test/support/command-line.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk.close());

const FIVE = 'one\ntwo\nthree\nfour\nfive\n';

async function start(content: string = FIVE): Promise<void> {
  expect((await desk.run(['commit', 'notes/a.txt', '-q'], { stdin: content })).code).toBe(0);
}

describe('begin and commit', () => {
  it('[CL1] begin gives the content alone on stdout, the version on stderr', async () => {
    await start();
    const { code, out, err } = await desk.run(['begin', 'notes/a.txt']);
    expect({ code, out }).toEqual({ code: 0, out: FIVE });
    expect(err).toContain('v1 by ');
    expect(err).toContain('next: entente commit notes/a.txt -');
  });

  it('[CL1] begin --json tells id, version, revision, hash, token and content', async () => {
    await start();
    const told = (await desk.run(['begin', 'notes/a.txt', '--agent', 'A', '--json'])).json();
    const [first] = (await desk.run(['log', '--json'])).json()['items'] as readonly { readonly revision: number }[];
    expect(told).toMatchObject({
      status: 'begun',
      id: 'notes/a.txt',
      agent: 'A',
      version: 1,
      revision: first?.revision,
      content: FIVE,
    });
    expect(String(told['token'])).toMatch(/^ent1\./);
  });

  it('[CL1] what is no UTF-8 comes as exact bytes, and in JSON as base64', async () => {
    const bytes = Uint8Array.from([0, 255, 10, 128]);
    await desk.run(['commit', 'b.bin', '-q'], { stdin: bytes });
    expect([...(await desk.run(['begin', 'b.bin'])).bytes]).toEqual([...bytes]);
    const told = (await desk.run(['begin', 'b.bin', '--json'])).json();
    expect(told).toMatchObject({ encoding: 'base64', content: Buffer.from(bytes).toString('base64') });
  });

  it('[CL2] commit goes by the saved token and saves the next one, so that a chain needs no begin', async () => {
    await start();
    await desk.run(['begin', 'notes/a.txt', '--agent', 'A']);
    for (const version of [2, 3]) {
      const told = (
        await desk.run(['commit', 'notes/a.txt', '--agent', 'A', '--json'], { stdin: `${version}\n` })
      ).json();
      expect(told).toMatchObject({ status: 'committed', version });
    }
  });

  it('[CL2] without a begin a first version is made, but nothing that is there is replaced', async () => {
    await start();
    const { code, err } = await desk.run(['commit', 'notes/a.txt', '--agent', 'stranger'], { stdin: 'mine\n' });
    expect(code).toBe(2);
    expect(err).toContain('next: entente --agent stranger begin notes/a.txt');
    expect((await desk.run(['show', 'notes/a.txt', '-q'])).out).toBe(FIVE);
  });

  it('[CL3] the second of two agents is told who was faster and why, and its content is kept', async () => {
    await start();
    for (const agent of ['A', 'B']) await desk.run(['begin', 'notes/a.txt', '--agent', agent]);
    await desk.run(['commit', 'notes/a.txt', '--agent', 'A', '--note', 'two is loud'], {
      stdin: FIVE.replace('two', 'TWO'),
    });
    const { code, out, err } = await desk.run(['commit', 'notes/a.txt', '--agent', 'B', '--no-resolve'], {
      stdin: FIVE.replace('two', 'zwei'),
    });
    expect({ code, out }).toEqual({ code: 5, out: '' });
    for (const part of ['v2 by A', 'two is loud', 'TWO', 'zwei', 'next: entente --agent B show notes/a.txt']) {
      expect(err).toContain(part);
    }
    const draft = /kept in (\S+)/.exec(err)?.[1] ?? '';
    expect(desk.read(draft.slice(desk.folder.length))).toBe(FIVE.replace('two', 'zwei'));
  });

  it('[CL3] the fresh token of a conflict is saved: the repaired change commits, the old one again does not', async () => {
    await start();
    for (const agent of ['A', 'B']) await desk.run(['begin', 'notes/a.txt', '--agent', agent]);
    await desk.run(['commit', 'notes/a.txt', '--agent', 'A'], { stdin: FIVE.replace('two', 'TWO') });
    const mine = FIVE.replace('two', 'zwei');
    const commit = (stdin: string): ReturnType<Desk['run']> =>
      desk.run(['commit', 'notes/a.txt', '--agent', 'B', '--no-resolve', '--json'], { stdin });
    expect((await commit(mine)).code).toBe(5);
    // A fresh token launders nothing: the same stale content is a conflict again.
    expect((await commit(mine)).code).toBe(5);
    expect((await commit(FIVE.replace('two', 'TWO, zwei'))).json()).toMatchObject({ status: 'committed', version: 3 });
  });

  it('[CL4] --strategy decides this commit: after a merge nothing goes on from the own copy', async () => {
    await start();
    for (const agent of ['A', 'B']) await desk.run(['begin', 'notes/a.txt', '--agent', agent]);
    await desk.run(['commit', 'notes/a.txt', '--agent', 'A'], { stdin: FIVE.replace('two', 'TWO') });
    const merged = await desk.run(['commit', 'notes/a.txt', '--agent', 'B', '--strategy', 'merge(text)'], {
      stdin: FIVE.replace('five', 'FIVE'),
    });
    expect(merged.code).toBe(0);
    expect(merged.out).toContain('merged notes/a.txt v3');
    expect(merged.err).toContain('not what you sent');
    expect((await desk.run(['show', 'notes/a.txt', '-q'])).out).toBe('one\nTWO\nthree\nfour\nFIVE\n');
    // The agent's own copy lacks TWO: a commit of it without a new begin would take it out again.
    const chained = await desk.run(['commit', 'notes/a.txt', '--agent', 'B'], { stdin: FIVE.replace('five', 'FIVE!') });
    expect(chained.code).toBe(6);
    expect(chained.err).toContain('[token-spent]');
  });

  it('[CL5] a file that begin -o made is bound to its token and takes the merged content in', async () => {
    await start();
    await desk.run(['begin', 'notes/a.txt', '-o', 'work.txt', '--agent', 'A']);
    await desk.run(['begin', 'notes/a.txt', '--agent', 'B']);
    await desk.run(['commit', 'notes/a.txt', '--agent', 'B'], { stdin: FIVE.replace('two', 'TWO') });
    desk.write('work.txt', FIVE.replace('five', 'FIVE'));
    const merged = await desk.run([
      'commit',
      'notes/a.txt',
      'work.txt',
      '--agent',
      'A',
      '--strategy',
      'merge(text)',
      '--json',
    ]);
    expect(merged.json()).toMatchObject({ status: 'merged', refreshed: desk.path('work.txt') });
    expect(desk.read('work.txt')).toBe('one\nTWO\nthree\nfour\nFIVE\n');
    desk.write('work.txt', `${desk.read('work.txt')}six\n`);
    expect((await desk.run(['commit', 'notes/a.txt', 'work.txt', '--agent', 'A'])).out).toContain(
      'committed notes/a.txt v4',
    );
  });

  it('[CL5] begin -o never writes over edits that are not saved, and never through a link', async () => {
    await start();
    desk.write('work.txt', 'my own words\n');
    const refused = await desk.run(['begin', 'notes/a.txt', '-o', 'work.txt']);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('next: entente commit notes/a.txt');
    expect(desk.read('work.txt')).toBe('my own words\n');
    expect((await desk.run(['begin', 'notes/a.txt', '-o', 'work.txt', '--force'])).code).toBe(0);
    expect(desk.read('work.txt')).toBe(FIVE);
  });

  it('[CL6] a copy that is written back as it was read changes nothing and keeps its old base', async () => {
    await start();
    for (const agent of ['A', 'B']) await desk.run(['begin', 'notes/a.txt', '--agent', agent]);
    await desk.run(['commit', 'notes/a.txt', '--agent', 'A'], { stdin: FIVE.replace('two', 'TWO') });
    expect((await desk.run(['commit', 'notes/a.txt', '--agent', 'B'], { stdin: FIVE })).out).toContain('unchanged');
    // B still stands on version 1: its next change does not revert A's.
    const next = await desk.run(['commit', 'notes/a.txt', '--agent', 'B', '--json'], {
      stdin: FIVE.replace('five', 'FIVE'),
    });
    expect(next.json()).toMatchObject({ status: 'rejected' });
  });

  it('[CL6] two sessions under one name do not take each other’s reads for their own', async () => {
    await start();
    const as = (session: string): { env: { ENTENTE_SESSION: string } } => ({ env: { ENTENTE_SESSION: session } });
    await desk.run(['begin', 'notes/a.txt'], as('one'));
    const other = await desk.run(['begin', 'notes/a.txt'], as('two'));
    expect(other.err).toContain('give each its own --agent NAME');
    await desk.run(['commit', 'notes/a.txt'], { ...as('two'), stdin: FIVE.replace('two', 'TWO') });
    const stale = await desk.run(['commit', 'notes/a.txt', '--no-resolve'], {
      ...as('one'),
      stdin: FIVE.replace('two', 'zwei'),
    });
    expect(stale.code).toBe(5);
    // A third one has begun nothing: the others' reads are not taken for its own.
    expect((await desk.run(['commit', 'notes/a.txt'], { ...as('three'), stdin: 'x\n' })).code).toBe(2);
    expect((await desk.run(['show', 'notes/a.txt', '-q'])).out).toBe(FIVE.replace('two', 'TWO'));
  });

  it('[CL7] empty input in the place of a content is refused unless it is meant', async () => {
    await start();
    await desk.run(['begin', 'notes/a.txt']);
    expect((await desk.run(['commit', 'notes/a.txt'], { stdin: '' })).code).toBe(2);
    expect((await desk.run(['commit', 'notes/a.txt', '--allow-empty'], { stdin: '' })).out).toContain(
      'committed notes/a.txt v2',
    );
    expect((await desk.run(['commit', 'empty.txt'], { stdin: '' })).code).toBe(0);
  });

  it('[CL6] one session that reads twice is no other worker', async () => {
    const as = { env: { ENTENTE_SESSION: 'one' } };
    await desk.run(['commit', 'notes/a.txt', '-q'], { ...as, stdin: FIVE });
    await desk.run(['begin', 'notes/a.txt'], as);
    expect((await desk.run(['begin', 'notes/a.txt', '-o', 'work.txt'], as)).err).not.toContain('elsewhere');
  });

  it('[CL7] where the home cannot be written, stdin is kept among the temporary files', async () => {
    await start();
    desk.write('.entente/drafts', 'a file in the place of the folder\n');
    const { code, err } = await desk.run(['commit', 'notes/a.txt', '--agent', 'new'], { stdin: 'long work\n' });
    const draft = /kept in (\S+)/.exec(err)?.[1] ?? '';
    expect([code, readFileSync(draft, 'utf8'), err.includes('begin comes first')]).toEqual([2, 'long work\n', true]);
    rmSync(draft);
  });

  it('[CL7] whatever goes wrong after stdin was read, its bytes are kept in a file', async () => {
    await start();
    const { err } = await desk.run(['commit', 'notes/a.txt', '--agent', 'new', '--json'], { stdin: 'long work\n' });
    const draft = /kept in (\S+)/.exec(err)?.[1] ?? '';
    expect(desk.read(draft.slice(desk.folder.length))).toBe('long work\n');
  });

  it('[CL8] --append needs no begin, --delete leaves a tombstone, undo brings it back', async () => {
    for (const [word, agent] of [
      ['a', 'A'],
      ['b', 'B'],
      ['c', 'A'],
    ] as const) {
      const ran = await desk.run(['commit', 'log.txt', '--append', '--agent', agent], { stdin: `${word}\n` });
      expect(ran.code).toBe(0);
    }
    expect((await desk.run(['show', 'log.txt', '-q'])).out).toBe('a\nb\nc\n');
    await desk.run(['begin', 'log.txt']);
    expect((await desk.run(['commit', 'log.txt', '--delete'])).out).toContain('committed log.txt v4');
    expect((await desk.run(['show', 'log.txt'])).code).toBe(3);
    expect((await desk.run(['undo', 'log.txt'])).code).toBe(0);
    expect((await desk.run(['show', 'log.txt', '-q'])).out).toBe('a\nb\nc\n');
  });

  it('[CL8] what is proposed after an append or a deletion that lost is one again, and no whole content', async () => {
    await start();
    for (const agent of ['A', 'B', 'C']) await desk.run(['begin', 'notes/a.txt', '--agent', agent]);
    await desk.run(['commit', 'notes/a.txt', '--agent', 'A'], { stdin: FIVE.replace('five', 'FIVE') });
    const lost = await desk.run(['commit', 'notes/a.txt', '--append', '--no-resolve', '--agent', 'B'], {
      stdin: 'six\n',
    });
    expect(lost.code).toBe(5);
    expect(lost.err).toMatch(/or: entente --agent B commit notes\/a.txt \S+ --append$/m);
    const stale = (...argv: string[]): ReturnType<Desk['run']> =>
      desk.run(['commit', 'notes/a.txt', '--delete', '--agent', 'C', ...argv]);
    expect((await stale()).err).toContain(
      'next: entente --agent C show notes/a.txt\n  or: entente --agent C begin notes/a.txt\n',
    );
    expect((await stale('--no-resolve')).err).toContain('or: entente --agent C commit notes/a.txt --delete\n');
  });

  it('[CL8] a commit that is sent again under one --commit-id lands once', async () => {
    const token = String((await desk.run(['begin', 'x', '--json'])).json()['token']);
    const send = (): ReturnType<Desk['run']> =>
      desk.run(['commit', 'x', '--token', token, '--commit-id', 'k1', '--json'], { stdin: 'once\n' });
    expect((await send()).json()).toMatchObject({ status: 'committed', version: 1 });
    expect((await send()).json()).toMatchObject({ status: 'committed', version: 1, replayed: true });
  });
});

describe('edit and run', () => {
  const editor = (script: string): { env: { EDITOR: string } } => ({
    env: { EDITOR: `sh ${desk.write('editor.sh', script)}` },
  });

  it('[CL9] edit opens the editor on the content and commits what it leaves', async () => {
    await start();
    expect((await desk.run(['edit', 'notes/a.txt'], editor('sed -i s/two/TWO/ "$1"\n'))).out).toContain(
      'committed notes/a.txt v2',
    );
    expect((await desk.run(['edit', 'notes/a.txt'], editor('true\n'))).out).toContain('unchanged');
    expect((await desk.run(['status', '--json'])).json()['drafts']).toEqual([]);
  });

  it('[CL9] on a conflict the editor opens on the merge; with markers left the draft is kept and not committed', async () => {
    await start();
    await desk.run(['begin', 'notes/a.txt', '--agent', 'other', '-o', 'o.txt']);
    desk.write('o.txt', FIVE.replace('two', 'THEIRS'));
    // The first opening lets the other agent win the race; the second leaves the markers as they are.
    const commit = `${commandLine} commit notes/a.txt ${desk.path('o.txt')} --agent other -q --store ${desk.store}`;
    const script = `if grep -q '<<<<<<<' "$1"; then exit 0; fi\nsed -i s/two/MINE/ "$1"\n${commit}\n`;
    const result = await desk.run(['edit', 'notes/a.txt', '--agent', 'me'], editor(script));
    expect(result.code).toBe(5);
    const draft = /draft is kept in (\S+)/.exec(result.err)?.[1] ?? '';
    const text = desk.read(draft.slice(desk.folder.length));
    for (const part of ['<<<<<<<', 'THEIRS', 'MINE', '>>>>>>>']) expect(text).toContain(part);
    desk.write(draft.slice(desk.folder.length), FIVE.replace('two', 'BOTH'));
    expect((await desk.run(['commit', 'notes/a.txt', draft, '--agent', 'me'])).out).toContain(
      'committed notes/a.txt v3',
    );
  });

  it('[CL9] where there is no merge to show, the draft is bound to a token: it goes on with commit', async () => {
    await desk.run(['commit', 'b.bin', '-q'], { stdin: Uint8Array.from([0, 1]) });
    await desk.run(['begin', 'b.bin', '--agent', 'other', '-o', 'o.bin']);
    desk.write('o.bin', Uint8Array.from([0, 2]));
    const commit = `${commandLine} commit b.bin ${desk.path('o.bin')} --agent other -q --store ${desk.store}`;
    const edited = await desk.run(['edit', 'b.bin', '--agent', 'me'], editor(`echo mine >> "$1"\n${commit}\n`));
    const draft = /kept in (\S+)/.exec(edited.err)?.[1] ?? '';
    expect(edited.code).toBe(5);
    // The draft was made on the first version: it is a conflict again, and no overwrite.
    const again = await desk.run(['commit', 'b.bin', draft, '--agent', 'me', '--json']);
    expect([again.code, again.json()['status']]).toEqual([5, 'rejected']);
    expect([...(await desk.run(['show', 'b.bin', '-q'])).bytes]).toEqual([0, 2]);
  });

  it('[CL9] an editor that fails commits nothing and loses nothing', async () => {
    await start();
    const { code, err } = await desk.run(['edit', 'notes/a.txt'], editor('echo mine >> "$1"\nexit 3\n'));
    expect(code).toBe(1);
    const draft = /draft is kept in (\S+)/.exec(err)?.[1] ?? '';
    expect(desk.read(draft.slice(desk.folder.length))).toBe(`${FIVE}mine\n`);
    expect((await desk.run(['edit', 'notes/a.txt', '--no-input'])).code).toBe(2);
  });

  it('[CL10] run pipes the content through a command and commits what comes out', async () => {
    await start();
    expect((await desk.run(['run', 'notes/a.txt', '--', 'tr', 'a-z', 'A-Z'])).out).toContain(
      'committed notes/a.txt v2',
    );
    expect((await desk.run(['show', 'notes/a.txt', '-q'])).out).toBe(FIVE.toUpperCase());
  });

  it('[CL10] a command that fails commits nothing: exit code 1, and its status is said', async () => {
    await start();
    const failed = await desk.run(['run', 'notes/a.txt', '--json', '--', 'sh', '-c', 'echo half; exit 7']);
    expect(failed.code).toBe(1);
    expect(failed.json()).toMatchObject({ error: { code: 'command-failed', status: 7 } });
    expect((await desk.run(['run', 'notes/a.txt', '--', 'no-such-command-here'])).code).toBe(1);
    expect((await desk.run(['show', 'notes/a.txt', '-q'])).out).toBe(FIVE);
  });

  it('[CL10] many runs at once: each change is in it', async () => {
    await desk.run(['commit', 'count', '-q'], { stdin: '0\n' });
    const runs = Array.from({ length: 8 }, (_, index) =>
      desk.run(['run', 'count', '-q', '--agent', `w${index}`, '--', 'sh', '-c', 'read n; echo $((n + 1))']),
    );
    expect((await Promise.all(runs)).map(({ code }) => code)).toEqual(Array(8).fill(0));
    expect((await desk.run(['show', 'count', '-q'])).out).toBe('8\n');
  });
});
