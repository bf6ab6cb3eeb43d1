// show --receipt on the command line.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk } from '../../test/support/command-line.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
  const commit = async (agent: string, stdin: string, ...more: readonly string[]): Promise<void> => {
    expect((await desk.run(['commit', 'p.txt', '-q', '--agent', agent, ...more], { stdin })).code).toBe(0);
  };
  await commit('dan', 'one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n');
  for (const agent of ['ann', 'bob']) await desk.run(['begin', 'p.txt', '-q', '--agent', agent]);
  await commit('ann', 'ONE\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n', '--note', 'loud\u001b[2J');
  await commit('bob', 'one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n', '--strategy', 'merge(text)');
});
afterEach(() => desk.close());

describe('show --receipt', () => {
  it('[PR4] [S04] tells people who stands behind each region, with its text', async () => {
    const { code, out, err } = await desk.run(['show', 'p.txt', '--receipt']);
    expect([code, err]).toEqual([0, '']);
    expect(out).toBe(`p.txt v3: merged by text, merge(text)
  base      v1
  current   ann (v2: loud[2J)
  proposed  bob

line 1 of the base: removed by ann (v2: loud[2J)
  - one
line 1: added by ann (v2: loud[2J)
  + ONE
lines 2 to 8: kept: neither side changed it
    two
    three
    … 3 lines …
    seven
    eight
line 9: added by bob
  + nine
`);
  });

  it('[PR4] a record that one went on with is theirs, and counted as a change of others', async () => {
    const commit = (agent: string, stdin: string): ReturnType<Desk['run']> =>
      desk.run(['commit', 'a.log', '--agent', agent, '--strategy', 'merge(append)'], { stdin });
    await commit('dan', 'a');
    for (const agent of ['ann', 'bob']) await desk.run(['begin', 'a.log', '-q', '--agent', agent]);
    await commit('ann', 'ab');
    const { out, err } = await commit('bob', 'a\nc');
    expect(out + err).toMatch(/[1-9] changes? of others and yours are in it/);
    expect(
      (await desk.run(['show', 'a.log', '--receipt'])).out.split('\n\n')[1],
    ).toBe(`line 1 of the base: removed by ann (v2)
  - a
line 1: added by ann (v2)
  + ab
line 2: added by bob
  + c
`);
  });

  it('[PR4] --json has the ranges of the receipt, the parties and the whole text', async () => {
    const { json } = await desk.run(['show', 'p.txt@3', '--receipt', '--json']);
    const answer = json();
    expect(answer).toMatchObject({
      resource: 'p.txt',
      version: 3,
      engine: 'text',
      base: 1,
      proposed: { agent: 'bob' },
    });
    expect(answer['regions']).toContainEqual({
      action: 'added',
      by: ['proposed'],
      result: [8, 9],
      why: 'added by bob',
      text: 'nine\n',
    });
    expect(JSON.stringify(answer['regions'])).toContain('four');
  });

  it('[PR6] a version that no merge made says so, with exit code 3', async () => {
    const { code, err } = await desk.run(['show', 'p.txt@2', '--receipt']);
    expect([code, err]).toEqual([3, expect.stringContaining('p.txt v2 is no merge: ann committed it as it is.')]);
    expect(err).toContain('next: entente log p.txt');
  });

  it('[PR7] commit says what the engine has to say, and so does the receipt', async () => {
    const book = (count: number, text: string): string =>
      `${JSON.stringify({
        cells: [
          { cell_type: 'code', execution_count: count, id: 'run', metadata: {}, outputs: [], source: ['go()'] },
          { cell_type: 'markdown', id: 'words', metadata: {}, source: [text] },
        ],
        metadata: {},
        nbformat: 4,
        nbformat_minor: 5,
      })}\n`;
    await desk.run(['commit', 'n.ipynb', '-q'], { stdin: book(1, 'a') });
    for (const agent of ['ann', 'bob', 'cem']) await desk.run(['begin', 'n.ipynb', '-q', '--agent', agent]);
    await desk.run(['commit', 'n.ipynb', '-q', '--agent', 'ann'], { stdin: book(2, 'a') });
    const own = ['commit', 'n.ipynb', '--strategy', 'merge(auto)', '--agent'];
    const note = 'Both sides ran "run"';
    const merged = await desk.run([...own, 'bob'], { stdin: book(3, 'b') });
    expect([merged.code, merged.err]).toEqual([0, expect.stringContaining(`note: ${note}`)]);
    expect((await desk.run(['show', 'n.ipynb', '--receipt'])).out).toContain(`  note      ${note}`);
    expect((await desk.run(['show', 'n.ipynb', '--receipt', '--json'])).json()).toMatchObject({
      notes: [{ code: 'outputs-kept' }],
    });
    const same = await desk.run([...own, 'cem', '--json'], { stdin: book(4, 'a') });
    expect(same.json()).toMatchObject({ status: 'unchanged', notes: [{ code: 'outputs-kept' }] });
  });
});
