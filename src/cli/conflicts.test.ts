// The queue: list, show, take, resolve.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk, type Ran } from '../../test/support/command-line.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk.close());

const BASE = 'one\ntwo\nthree\nfour\nfive\n';

/** Opens a conflict on a resource: A said TWO, B says zwei. Answers its id and number. */
async function openConflict(resource: string = 'a.txt'): Promise<{ readonly id: string; readonly number: string }> {
  await desk.run(['commit', resource, '-q'], { stdin: BASE });
  for (const agent of ['A', 'B']) await desk.run(['begin', resource, '-q', '--agent', agent]);
  await desk.run(['commit', resource, '-q', '--agent', 'A'], { stdin: BASE.replace('two', 'TWO') });
  const ran = await desk.run(
    ['commit', resource, '--agent', 'B', '--strategy', 'merge(text)', '--note', 'in German', '--json'],
    { stdin: BASE.replace('two', 'zwei').replace('five', 'fünf') },
  );
  const id = String(ran.json()['conflictId']);
  const { items } = (await desk.run(['conflicts', '--json'])).json() as { items: { id: string; number: number }[] };
  return { id, number: String(items.find((one) => one.id === id)?.number) };
}

const now = async (resource: string = 'a.txt'): Promise<string> => (await desk.run(['show', resource, '-q'])).out;
const resolve = (...argv: readonly string[]): Promise<Ran> => desk.run(['resolve', ...argv, '--agent', 'judge']);

describe('conflicts', () => {
  it('[CL21] list and show say who, why and what clashes, and what to type', async () => {
    const { number } = await openConflict();
    const list = await desk.run(['conflicts']);
    for (const part of [number, 'a.txt', 'open', 'A', 'B']) expect(list.out).toContain(part);
    expect(list.err).toContain(`next: entente conflicts show ${number}`);
    const show = await desk.run(['conflicts', 'show', number]);
    for (const part of ['in German', 'TWO', 'zwei', 'line 2']) expect(show.out).toContain(part);
    expect(show.out).not.toContain('fünf');
    expect(show.err).toContain(`entente resolve ${number} --use`);
  });

  it('[CL21] show says a reason once, where a clash has no other than the conflict', async () => {
    await desk.run(['commit', 'package-lock.json', '-q'], { stdin: '{"v": 1}\n' });
    for (const agent of ['A', 'B']) await desk.run(['begin', 'package-lock.json', '-q', '--agent', agent]);
    await desk.run(['commit', 'package-lock.json', '-q', '--agent', 'A'], { stdin: '{"v": 2}\n' });
    const merge = ['commit', 'package-lock.json', '--agent', 'B', '--strategy', 'merge(auto)'];
    const sent = await desk.run(merge, { stdin: '{"v": 3}\n' });
    const [open] = (await desk.run(['conflicts', '--json'])).json()['items'] as readonly { readonly number: number }[];
    const show = await desk.run(['conflicts', 'show', String(open?.number)]);
    for (const { out, err } of [sent, show]) expect(`${out}${err}`.match(/to write it anew/g)).toHaveLength(1);
  });

  it('[CL21] a conflict is named by its number, its id or the start of the id', async () => {
    const { id, number } = await openConflict();
    for (const name of [number, `#${number}`, id, id.slice(0, 8)]) {
      expect((await desk.run(['conflicts', 'show', name, '--json'])).json()).toMatchObject({ id, resource: 'a.txt' });
    }
    await openConflict('b.txt');
    const page = await desk.run(['conflicts', 'list', '--all', '--pattern', '*.txt', '--limit', '1']);
    const more = /^more: entente (.*)$/m.exec(page.err)?.[1]?.replaceAll("'", '').split(' ') ?? [];
    expect(more.slice(0, 7)).toEqual(['conflicts', 'list', '--all', '--pattern', '*.txt', '--limit', '1']);
    expect((await desk.run([...more, '--json'])).json()).toMatchObject({ items: [{ resource: 'b.txt' }] });
    for (const after of ['x', '7', 'c-1'])
      expect((await desk.run(['conflicts', 'list', '--after', after, '--json'])).json(), after).toMatchObject({
        error: { code: 'misuse', next: expect.any(String) },
      });
    expect((await desk.run(['conflicts', 'show', 'c-'])).code).toBe(2);
    expect((await desk.run(['conflicts', 'show', '1'])).code).toBe(3);
  });

  it('[CL21] show --json has the three sides and the regions', async () => {
    const { number } = await openConflict();
    const told = (await desk.run(['conflicts', 'show', number, '--json'])).json();
    expect(told).toMatchObject({
      contents: { base: { content: BASE }, current: { content: BASE.replace('two', 'TWO') } },
      regions: [{ kind: 'content', base: 'two\n', current: 'TWO\n', proposed: 'zwei\n' }],
    });
  });

  it('[CL22] take writes the sides and the merge with markers to files; the edited merge resolves', async () => {
    const { number } = await openConflict();
    const { files } = (await desk.run(['conflicts', 'take', number, '--json'])).json() as {
      files: { [name: string]: string };
    };
    const inside = (file: string = ''): string => file.slice(desk.folder.length);
    expect(desk.read(inside(files['proposed']))).toContain('zwei');
    const merge = desk.read(inside(files['merge']));
    expect(merge).toContain('<<<<<<< A current: A');
    expect(merge).toContain('fünf');
    const left = await resolve(number, files['merge'] ?? '');
    expect([left.code, left.err.includes('[markers-left]')]).toEqual([7, true]);
    desk.write(inside(files['merge']), merge.replace(/<{7}.*>{7}.*?\n/s, 'TWO, zwei\n'));
    expect((await resolve(number, files['merge'] ?? '', '--reason', 'both languages')).code).toBe(0);
    expect(await now()).toBe('one\nTWO, zwei\nthree\nfour\nfünf\n');
    expect((await desk.run(['conflicts', '--json'])).json()).toEqual({ items: [] });
    expect((await desk.run(['conflicts', 'show', number])).out).toContain('decided: content by judge');
  });

  it('[CL22] take writes the sides of what is no text, and no merge', async () => {
    await desk.run(['commit', 'b.bin', '-q'], { stdin: '\0base' });
    for (const agent of ['A', 'B']) await desk.run(['begin', 'b.bin', '-q', '--agent', agent]);
    await desk.run(['commit', 'b.bin', '-q', '--agent', 'A'], { stdin: '\0A' });
    await desk.run(['commit', 'b.bin', '--agent', 'B', '--strategy', 'merge(auto)'], { stdin: '\0B' });
    const [open] = (await desk.run(['conflicts', '--json'])).json()['items'] as readonly { readonly number: number }[];
    const { files } = (await desk.run(['conflicts', 'take', String(open?.number), '--json'])).json() as {
      files: object;
    };
    expect(Object.keys(files)).toEqual(['base', 'current', 'proposed']);
  });

  it('[CL22] --allow-markers stores them on purpose', async () => {
    const { number } = await openConflict();
    const text = 'about markers:\n<<<<<<< A\nx\n=======\ny\n>>>>>>> B\n';
    expect((await desk.run(['resolve', number, '-', '--allow-markers'], { stdin: text })).code).toBe(0);
    expect(await now()).toBe(text);
  });

  it('[CL23] --use decides by side; A is current, B is proposed', async () => {
    const cases = [
      ['current', BASE.replace('two', 'TWO')],
      ['A', BASE.replace('two', 'TWO')],
      ['proposed', BASE.replace('two', 'zwei').replace('five', 'fünf')],
      ['B', BASE.replace('two', 'zwei').replace('five', 'fünf')],
      ['base', BASE],
    ] as const;
    for (const [index, [use, expected]] of cases.entries()) {
      const resource = `case${index}.txt`;
      const { number } = await openConflict(resource);
      expect([use, (await resolve(number, '--use', use)).code]).toEqual([use, 0]);
      expect(await now(resource)).toBe(expected);
    }
    expect((await resolve('1', '--use', 'theirs')).code).toBe(2);
  });

  it('[CL23] both keeps the proposal beside the current version', async () => {
    const { number } = await openConflict();
    const ran = await resolve(number, '--use', 'both', '--json');
    expect(ran.json()).toMatchObject({ status: 'split', kept: { resource: 'a.txt' } });
    const { copy } = ran.json() as { copy: { resource: string } };
    expect(await now(copy.resource)).toContain('zwei');
    expect(await now()).toContain('TWO');
  });

  it('[CL23] a decision that is sent again is the same answer; another one is refused', async () => {
    const { number } = await openConflict();
    await resolve(number, '--use', 'B');
    expect((await resolve(number, '--use', 'B', '--json')).json()).toMatchObject({
      status: 'committed',
      replayed: true,
    });
    const other = await resolve(number, '--use', 'A', '--json');
    expect([other.code, other.json()['status']]).toEqual([5, 'rejected']);
  });

  it('[CL23] a record that moved since it was looked at is not decided', async () => {
    const { number } = await openConflict();
    const ran = await resolve(number, '--use', 'B', '--revision', '1', '--json');
    expect([ran.code, ran.json()['status']]).toEqual([5, 'conflict']);
    const told = await resolve(number, '--use', 'B', '--revision', '1');
    expect(told.err).toContain('Nothing is decided');
    expect(told.err).not.toContain('fresh');
  });
});
