// Kept decisions on the command line: offered, taken, applied by a policy, listed and forgotten.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk, type Ran } from '../../test/support/command-line.ts';

const BASE = 'one\n.\ntwo\n.\nthree\n';
const ANNS = BASE.replace('two', 'TWO');
const BOBS = BASE.replace('two', 'zwei');

let desk: Desk;

beforeEach(async () => {
  desk = await openDesk();
});

afterEach(() => {
  desk.close();
});

async function clash(resource: string, ...options: string[]): Promise<Ran> {
  await desk.run(['commit', resource, '--agent', 'dan'], { stdin: BASE });
  await desk.run(['begin', resource, '--agent', 'bob', '-q']);
  await desk.run(['begin', resource, '--agent', 'ann', '-q']);
  await desk.run(['commit', resource, '--agent', 'ann'], { stdin: ANNS });
  return desk.run(['commit', resource, '--agent', 'bob', ...options], { stdin: BOBS });
}

async function open(resource: string): Promise<string> {
  const ran = await clash(resource, '--strategy', 'merge(text)', '--json');
  expect(ran.code).toBe(8);
  const id = String(ran.json()['conflictId']);
  return String((await desk.run(['conflicts', 'show', id, '--json'])).json()['number']);
}

async function decide(resource: string, content: string): Promise<void> {
  const number = await open(resource);
  const ran = await desk.run(['resolve', number, '-', '--agent', 'judge', '--reason', 'both words'], {
    stdin: content,
  });
  expect(ran.code).toBe(0);
}

async function ids(): Promise<readonly string[]> {
  const { items } = (await desk.run(['recorded', 'list', '--json'])).json() as { items: { id: string }[] };
  return items.map(({ id }) => id);
}

describe('recorded decisions on the command line', () => {
  it('[RD12] are offered by the packet, by conflicts and by show, and taken by --use recorded', async () => {
    await decide('a.txt', BASE.replace('two', 'TWO, zwei'));
    const number = await open('b.txt');
    const show = await desk.run(['conflicts', 'show', number]);
    expect(show.out).toContain('Decided before, for all of it:\n  clash 1: TWO, zwei, by judge on a.txt, ');
    expect(show.out).toContain(': both words');
    expect(show.err).toContain(`next: entente resolve ${number} --use recorded`);
    expect((await desk.run(['conflicts'])).out).toContain('(decided before)');
    const told = (await desk.run(['conflicts', 'show', number, '--json'])).json();
    const decision = { choice: { content: 'TWO, zwei\n' }, agent: 'judge', resource: 'a.txt' };
    expect(told['offer']).toMatchObject({ complete: true, decisions: [{ decision }] });
    expect((await desk.run(['conflicts', '--json'])).json()).toMatchObject({ items: [{ offer: { complete: true } }] });
    const packet = await clash('c.txt', '--no-resolve');
    expect([packet.code, packet.err.includes('Decided before, for all of it:')]).toEqual([5, true]);
    const json = (await clash('d.txt', '--no-resolve', '--json')).json();
    expect(json['packet']).toMatchObject({ offer: { complete: true, decisions: [{ decision }] } });
    const again = await clash('e.txt', '--strategy', 'merge(text)');
    expect(again.err).toMatch(/resolve c-\w+ --use current\|proposed\|both\|recorded$/m);
    expect((await desk.run(['resolve', number, '--use', 'recorded'])).code).toBe(0);
    expect((await desk.run(['show', 'b.txt'])).out).toBe(BASE.replace('two', 'TWO, zwei'));
  });

  it('[RD12] what is not decided before cannot be taken: exit code 3, and the conflict stays open', async () => {
    const number = await open('a.txt');
    const ran = await desk.run(['resolve', number, '--use', 'recorded']);
    expect([ran.code, ran.err.includes('[not-found]')]).toEqual([3, true]);
    expect((await desk.run(['conflicts', 'show', number, '--json'])).json()['state']).toBe('open');
  });

  it('[RD12] a policy that says so is shown and explained so, and its merges say by whose decision', async () => {
    await decide('a.txt', BASE.replace('two', 'TWO, zwei'));
    const rule = { strategy: 'merge', engine: 'text', otherwise: 'escalate', recorded: true };
    await desk.run(['policy', 'set', '-'], { stdin: JSON.stringify({ rules: [['auto/**', rule]] }) });
    expect((await desk.run(['policy', 'show'])).out).toContain('"recorded":true');
    expect((await desk.run(['policy', 'explain', 'auto/b.txt'])).out).toContain(
      'recorded: conflicts of which each place',
    );
    expect((await desk.run(['policy', 'explain', 'auto/b.txt', '--json'])).json()).toMatchObject({ recorded: true });
    expect((await desk.run(['policy', 'explain', 'b.txt', '--json'])).json()).not.toHaveProperty('recorded');
    const merged = await clash('auto/b.txt');
    expect([merged.code, merged.out]).toEqual([0, 'merged auto/b.txt v3\n']);
    expect(merged.err).toContain('1 clash settled as decided before by judge');
    const json = (await clash('auto/c.txt', '--json')).json();
    expect(json).toMatchObject({
      status: 'merged',
      resolvedBy: 'recorded',
      receipt: { recorded: [{ agent: 'judge' }] },
    });
    expect((await desk.run(['log'])).out).toContain('as decided before');
    const receipt = await desk.run(['show', 'auto/b.txt', '--receipt']);
    expect(receipt.out).toContain('decided before by judge');
    expect(receipt.out).toContain('- zwei');
    expect((await desk.run(['verify'])).code).toBe(0);
  });

  it('[RD13] list is newest first and paged; forget takes ids or --all', async () => {
    expect((await desk.run(['recorded', '--json'])).json()).toEqual({ items: [] });
    await decide('a.txt', BASE.replace('two', 'a'));
    const [first] = await ids();
    await desk.run(['recorded', 'forget', first ?? '', '--reason', 'wrong']);
    expect((await desk.run(['log'])).out).toContain('wrong; forgotten');
    expect(await ids()).toEqual([]);
    await decide('b.txt', BASE.replace('two', 'b'));
    const list = await desk.run(['recorded']);
    expect(list.out).toMatch(
      /^ID +RESOURCE +BY +AGE +DECISION +REASON\ntext-[0-9a-f]{16} +b\.txt +judge .* b +both words\n$/,
    );
    const gone = await desk.run(['recorded', 'forget', 'text-0000000000000000']);
    expect([gone.code, gone.err.includes('[not-found]')]).toEqual([3, true]);
    for (const wrong of [[], ['--all', first ?? '']])
      expect((await desk.run(['recorded', 'forget', ...wrong])).code).toBe(2);
    const all = await desk.run(['recorded', 'forget', '--all', '--json']);
    expect(all.json()).toEqual({ status: 'forgotten', ids: [first] });
    expect((await desk.run(['recorded', 'forget', '--all', '--json'])).json()).toEqual({
      status: 'forgotten',
      ids: [],
    });
  });

  it('[RD13] at a terminal it asks, and anything but yes forgets nothing (exit code 9)', async () => {
    await decide('a.txt', BASE.replace('two', 'a'));
    const [id] = await ids();
    const terminal = { stdinTerminal: true };
    const no = await desk.run(['recorded', 'forget', '--all'], { ...terminal, stdin: 'n\n' });
    expect([no.code, no.err.includes(`Forget ${id}? [y/N]`)]).toEqual([9, true]);
    expect(await ids()).toEqual([id]);
    expect((await desk.run(['recorded', 'forget', id ?? ''], { ...terminal, stdin: 'y\n' })).code).toBe(0);
    expect(await ids()).toEqual([]);
  });

  it('[RD14] two processes on one store: what one decided, the other is offered and applies', async () => {
    const shell = async (argv: readonly string[], stdin = ''): Promise<{ code: number | null; out: string }> => {
      const child = desk.shell(argv);
      let out = '';
      child.stdout?.on('data', (chunk) => {
        out += String(chunk);
      });
      child.stdin?.end(stdin);
      const code = await new Promise<number | null>((done) => child.on('close', done));
      return { code, out };
    };
    const number = await open('a.txt');
    const other = await open('b.txt');
    const [decided, merging] = await Promise.all([
      shell(['resolve', number, '-', '--agent', 'judge'], BASE.replace('two', 'a')),
      shell(['resolve', other, '-', '--agent', 'carl'], BASE.replace('two', 'b')),
    ]);
    expect([decided.code, merging.code]).toEqual([0, 0]);
    const [kept, ...more] = (
      (await desk.run(['recorded', '--json'])).json() as { items: { agent: string; choice: { content: string } }[] }
    ).items;
    expect(more).toEqual([]);
    expect(kept?.choice.content).toBe(kept?.agent === 'judge' ? 'a\n' : 'b\n');
    await desk.run(['policy', 'set', '-'], {
      stdin: '{"rules":[["**",{"strategy":"merge","engine":"text","recorded":true}]]}',
    });
    await desk.run(['commit', 'c.txt', '--agent', 'dan'], { stdin: BASE });
    await desk.run(['begin', 'c.txt', '--agent', 'bob', '-q']);
    await desk.run(['begin', 'c.txt', '--agent', 'ann', '-q']);
    const writers = await Promise.all([
      shell(['commit', 'c.txt', '--agent', 'ann', '--json'], ANNS),
      shell(['commit', 'c.txt', '--agent', 'bob', '--json'], BOBS),
    ]);
    const outcomes = writers.map(({ out }) => JSON.parse(out) as { status: string; resolvedBy?: string });
    // Who came first is not told; where Bob did, the texts meet the other way round, and nobody decided that.
    const isAnnFirst = outcomes[0]?.status === 'committed';
    const late = isAnnFirst ? outcomes[1] : outcomes[0];
    expect(late).toMatchObject(isAnnFirst ? { status: 'merged', resolvedBy: 'recorded' } : { status: 'escalated' });
    expect((await desk.run(['verify'])).code).toBe(0);
  });

  it('[RD15] a backup has what is kept, and a store that is trimmed keeps it', async () => {
    await decide('a.txt', BASE.replace('two', 'a'));
    const before = (await desk.run(['recorded', '--json'])).out;
    expect((await desk.run(['backup', 'copy.db'])).code).toBe(0);
    await desk.run(['recorded', 'forget', '--all']);
    expect((await desk.run(['restore', 'copy.db'])).code).toBe(0);
    expect((await desk.run(['recorded', '--json'])).out).toBe(before);
    const number = await open('b.txt');
    expect((await desk.run(['resolve', number, '--use', 'recorded'])).code).toBe(0);
    expect((await desk.run(['show', 'b.txt'])).out).toBe(BASE.replace('two', 'a'));
  });
});
