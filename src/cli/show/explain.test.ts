// Receipts, region by region: of each engine, of sets that were committed together, and of decisions.
import { describe, expect, it } from 'vitest';
import { as, codeOf, put, type Setup, setUp, text, tokenOf } from '../../../test/support/entente.ts';
import { DEFAULT_SPACE, parseResourceId } from '../../core/resource.ts';
import type { Head } from '../../core/version.ts';
import { escalate } from '../../strategies/escalate.ts';
import { merge } from '../../strategies/merge.ts';
import { storeInsight } from '../place/insight.ts';
import { type Explanation, explainVersion } from './explain.ts';

async function explain({ entente, store }: Setup, resource: string): Promise<Explanation> {
  const found = await entente.read(resource);
  return explainVersion(
    { insight: storeInsight(store, DEFAULT_SPACE), controller: entente },
    found?.head as Head,
    found?.content,
  );
}

/** A merge of what bob sends onto what ann wrote, both from dan's first version. */
async function merged(
  resource: string,
  sides: readonly [base: string, current: string, proposed: string],
  strategy = merge('auto'),
): Promise<Setup> {
  const made = setUp({ default: strategy });
  await put(made.entente, resource, sides[0], { agent: 'dan' });
  const token = await tokenOf(made.entente, resource, 'bob');
  await put(made.entente, resource, sides[1], { agent: 'ann', note: 'typo' });
  as(await made.entente.commitOrResolve(token, { content: sides[2] }, { note: 'more' }), 'merged');
  return made;
}

/** One region a line: what, where, why, the text. */
function told({ regions }: Explanation): readonly string[] {
  return regions.map(({ action, why, text: bytes, pointer, base, result }) => {
    const place = pointer ?? `${base?.join('-') ?? ''}>${result?.join('-') ?? ''}`;
    return `${action} ${place} | ${why} | ${text(bytes)?.replaceAll('\n', '/')}`;
  });
}

describe('explained receipts', () => {
  it('[PR4] lines: who kept, removed and added what, with the text of each', async () => {
    const made = await merged('p.txt', ['a\nb\nc\nd\ne\n', 'a\nB\nc\nd\ne\n', 'a\nb\nc\nd\nE\n']);
    const explanation = await explain(made, 'p.txt');
    expect(explanation).toMatchObject({
      engine: 'text',
      strategy: 'merge(auto)',
      base: 1,
      current: [{ agent: 'ann', version: 2, note: 'typo' }],
      proposed: { agent: 'bob', note: 'more' },
    });
    expect(told(explanation)).toEqual([
      'kept 0-1>0-1 | kept: neither side changed it | a/',
      'removed 1-2> | removed by ann (v2: typo) | b/',
      'added >1-2 | added by ann (v2: typo) | B/',
      'kept 2-4>2-4 | kept: neither side changed it | c/d/',
      'removed 4-5> | removed by bob (more) | e/',
      'added >4-5 | added by bob (more) | E/',
    ]);
  });

  it.each([
    ['x.json', ['{"a":1,"b":1,"c":[1]}', '{"a":2,"b":1,"c":[1]}', '{"a":1,"b":"x","c":[1,2]}'], '"x"'],
    ['x.yaml', ['a: 1\nb: 1\nc: [1]\n', 'a: 2\nb: 1\nc: [1]\n', 'a: 1\nb: x\nc: [1, 2]\n'], 'x'],
    ['x.toml', ['a = 1\nb = 1\nc = [1]\n', 'a = 2\nb = 1\nc = [1]\n', 'a = 1\nb = "x"\nc = [1, 2]\n'], '"x"'],
  ] as const)(
    '[PR4] places of a structure, in its order, with the source of each value: %s',
    async (resource, sides, x) => {
      const explanation = await explain(await merged(resource, sides), resource);
      expect(told(explanation).slice(1)).toEqual([
        'removed /a | removed by ann (v2: typo) | 1',
        'added /a | added by ann (v2: typo) | 2',
        'removed /b | removed by bob (more) | 1',
        `added /b | added by bob (more) | ${x}`,
        'added /c/1 | added by bob (more) | 2',
      ]);
    },
  );

  it('[PR4] a front matter by its members, the text below it by its lines', async () => {
    const doc = (front: string, body: string): string => `---\n${front}---\n${body}`;
    const sides = [
      doc('a: 1\nb: 1\n', 'x\n\ny\n'),
      doc('a: 2\nb: 1\n', 'X\n\ny\n'),
      doc('a: 1\nb: 5\nc: 3\n', 'x\n\nY\n'),
    ] as const;
    const explained = told(await explain(await merged('x.md', sides), 'x.md'));
    expect(explained).toContain('removed /a | removed by ann (v2: typo) | 1');
    expect(explained).toContain('added /c | added by bob (more) | 3');
    const lines = explained.filter((line) => /^(added|removed) [0-9>]/.test(line));
    expect(lines.map((line) => line.replace(/^(\w+) \S+/, '$1'))).toEqual([
      'removed | removed by ann (v2: typo) | x/',
      'added | added by ann (v2: typo) | X/',
      'removed | removed by bob (more) | y/',
      'added | added by bob (more) | Y/',
    ]);
  });

  it('[PR4] what an option left out and what both did alike are told as that', async () => {
    const sides = ['a\nb\nc\nd\n', 'A\nb\nX\nd\n', 'B\nb\nX\nd\nz\n'] as const;
    const favoured = merge('text', { options: { favor: 'current' } });
    expect(told(await explain(await merged('p.txt', sides, favoured), 'p.txt'))).toEqual([
      'removed 0-1> | removed by both, ann (v2: typo) and bob (more) | a/',
      'added >0-1 | added by ann (v2: typo) | A/',
      'dropped > | left out, by an option or a decision: added by bob (more) | undefined',
      'kept 1-2>1-2 | kept: neither side changed it | b/',
      'removed 2-3> | removed by both, ann (v2: typo) and bob (more) | c/',
      'added >2-3 | added by both, ann (v2: typo) and bob (more) | X/',
      'kept 3-4>3-4 | kept: neither side changed it | d/',
      'added >4-5 | added by bob (more) | z/',
    ]);
  });

  it('[PR4] everybody who wrote since the base stands behind current', async () => {
    const made = setUp({ default: merge('text') });
    const { entente } = made;
    await put(entente, 'p', 'a\nb\nc\n', { agent: 'dan' });
    const token = await tokenOf(entente, 'p', 'bob');
    for (const agent of ['ann', 'cid']) await put(entente, 'p', `${agent}\nb\nc\n`, { agent });
    as(await entente.commitOrResolve(token, { content: 'a\nb\nC\n' }), 'merged');
    const { current, regions } = await explain(made, 'p');
    expect(current).toEqual([
      { agent: 'ann', version: 2 },
      { agent: 'cid', version: 3 },
    ]);
    expect(regions[1]?.why).toBe('added by ann (v2), cid (v3)');
  });

  it('[PR5] each merge of a set has a receipt of its own, from its own base', async () => {
    const made = setUp({ default: merge('text') });
    const { entente } = made;
    for (const resource of ['p', 'q', 'r']) await put(entente, resource, `${resource}1\nm\nn\n`);
    await put(entente, 'q', 'q2\nm\nn\n');
    const tokens = await Promise.all(['p', 'q', 'r'].map((resource) => tokenOf(entente, resource, 'bob')));
    await put(entente, 'p', 'pp\nm\nn\n', { agent: 'ann' });
    await put(entente, 'q', 'qq\nm\nn\n', { agent: 'ann' });
    const contents = ['p1\nm\nP\n', 'q2\nm\nQ\n', 'r1\nm\nR\n'];
    const writes = tokens.map((token, index) => ({ token, change: { content: contents[index] ?? '' } }));
    as(await entente.transact({ agent: 'bob', writes }), 'merged');
    for (const [resource, base, gone] of [
      ['p', 1, 'p1\n'],
      ['q', 2, 'q2\n'],
    ] as const) {
      const explanation = await explain(made, resource);
      expect([explanation.base, text(explanation.regions[0]?.text)]).toEqual([base, gone]);
    }
    expect(await codeOf(() => explain(made, 'r'))).toBe('not-found');
  });

  it('[PR5] a decision that was merged onto what came after it counts from what was decided against', async () => {
    const made = setUp({ default: escalate() });
    const { entente } = made;
    await put(entente, 'p', 'a\nb\nc\n');
    const token = await tokenOf(entente, 'p', 'bob');
    await put(entente, 'p', 'x\nb\nc\n', { agent: 'ann' });
    const { conflictId } = as(await entente.commitOrResolve(token, { content: 'y\nb\nc\n' }), 'escalated');
    await put(entente, 'p', 'x\nb\nC\n', { agent: 'cid' });
    as(await entente.resolve(conflictId, { use: 'proposed' }, { agent: 'eve', reason: 'as agreed' }), 'merged');
    const explanation = await explain(made, 'p');
    expect(explanation).toMatchObject({
      base: 2,
      current: [{ agent: 'cid' }],
      proposed: { agent: 'eve', note: 'as agreed' },
    });
    expect(told(explanation)[1]).toBe('added >0-1 | added by eve (as agreed) | y/');
  });

  it('[PR6] a version that no merge made is not-found; one whose entry is trimmed is gone', async () => {
    const made = await merged('p.txt', ['a\nb\nc\n', 'A\nb\nc\n', 'a\nb\nC\n']);
    const { entente, store } = made;
    const second = await entente.read('p.txt', { version: 2 });
    const context = { insight: storeInsight(store, DEFAULT_SPACE), controller: entente };
    expect(await codeOf(() => explainVersion(context, second?.head as Head, second?.content))).toBe('not-found');
    await put(entente, 'other', 'x');
    await store.trim(DEFAULT_SPACE, 3);
    const head = (await entente.read(parseResourceId('p.txt')))?.head as Head;
    expect(await codeOf(() => explainVersion(context, head, undefined))).toBe('gone');
  });
});
