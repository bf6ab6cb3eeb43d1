// Kept decisions at the controller: what is kept when a conflict ends, where it is offered, and what a policy does with it.
import { describe, expect, it } from 'vitest';
import { as, codeOf, put, setUp, text, textAt, tokenOf } from '../../test/support/entente.ts';
import type { RecordedDecision } from '../core/recorded.ts';
import type { Decision } from '../core/resolution.ts';
import type { LogEntry } from '../stores/store.ts';
import { escalate } from '../strategies/escalate.ts';
import { merge } from '../strategies/merge.ts';
import type { Controller } from './types.ts';

const BASE = 'one\n.\ntwo\n.\nthree\n';
const ANNS = 'one\n.\nTWO\n.\nthree\n';
const BOBS = 'one\n.\nzwei\n.\nthree\n';

interface Clash {
  readonly base?: string;
  readonly current?: string;
  readonly proposed?: string;
}

/** Bob's change onto Ann's, as it comes out. */
async function clash(
  entente: Controller,
  resource: string,
  sides: Clash = {},
): Promise<Awaited<ReturnType<Controller['commit']>>> {
  const { base = BASE, current = ANNS, proposed = BOBS } = sides;
  await put(entente, resource, base);
  const token = await tokenOf(entente, resource, 'bob');
  await put(entente, resource, current, { agent: 'ann' });
  return entente.commitOrResolve(token, { content: proposed });
}

async function opened(entente: Controller, resource: string, sides: Clash = {}): Promise<string> {
  return as(await clash(entente, resource, sides), 'escalated').conflictId;
}

async function decide(entente: Controller, resource: string, decision: Decision, sides: Clash = {}): Promise<string> {
  const id = await opened(entente, resource, sides);
  await entente.resolve(id, decision, { agent: 'judge', reason: 'why not' });
  return id;
}

async function kept(entente: Controller): Promise<readonly RecordedDecision[]> {
  return (await entente.recorded()).items;
}

const choices = (decisions: readonly RecordedDecision[]): unknown[] =>
  decisions.map(({ choice }) => ('content' in choice ? text(choice.content) : choice.use));

/** The hash of what was sent for a resource, as the log tells it. */
function sentOf(entry: LogEntry | undefined, resource: string): string {
  const sent = (entry?.meta.extra?.['sent'] ?? {}) as { readonly [id: string]: string };
  return sent[resource] ?? '';
}

const byMerge = { policy: [['**', merge('auto')]] as const };
const byRecord = {
  policy: [
    ['auto/**', merge('auto', { recorded: true })],
    ['**', merge('auto')],
  ] as const,
};

describe('what is kept', () => {
  it.each([
    [{ content: BOBS.replace('zwei', 'TWO, zwei') }, 'TWO, zwei\n'],
    [{ use: 'current' }, 'current'],
    [{ use: 'proposed' }, 'proposed'],
    [{ use: 'base' }, 'base'],
    [{ content: BOBS }, 'proposed'],
    [{ content: 'one\n.\n.\nthree\n' }, ''],
  ] satisfies [Decision, string][])(
    '[RD1] %j is kept for the place, in the commit that ends the conflict',
    async (decision, choice) => {
      const { entente } = setUp(byMerge);
      const conflictId = await decide(entente, 'a.md', decision);
      const [one, ...more] = await kept(entente);
      expect(more).toEqual([]);
      expect(choices([one as RecordedDecision])).toEqual([choice]);
      expect(one).toMatchObject({
        agent: 'judge',
        reason: 'why not',
        resource: 'a.md',
        conflictId,
        engine: 'markdown',
      });
      const { revision } = await entente.stats();
      expect(one?.revision).toBe(revision);
      const [entry] = (await entente.log(undefined, { limit: 100 })).items.slice(-1);
      expect(entry?.meta.extra?.['recorded']).toEqual([one?.id]);
    },
  );

  it('[RD1] giving it up, keeping both and a conflict of whole documents keep nothing', async () => {
    const { entente } = setUp(byMerge);
    await decide(entente, 'a.txt', { abort: true });
    await decide(entente, 'b.txt', { use: 'both' });
    await decide(entente, 'c.bin', { use: 'proposed' }, { base: 'a\0', current: 'b\0', proposed: 'c\0' });
    await decide(
      entente,
      'package-lock.json',
      { use: 'proposed' },
      { base: '{"a":1}', current: '{"a":2}', proposed: '{"a":3}' },
    );
    await put(entente, 'd.txt', BASE);
    const token = await tokenOf(entente, 'd.txt', 'bob');
    await put(entente, 'd.txt', { delete: true });
    const { conflictId } = as(await entente.commitOrResolve(token, { content: BOBS }), 'escalated');
    await entente.resolve(conflictId, { use: 'proposed' }, { agent: 'judge' });
    expect(await kept(entente)).toEqual([]);
  });

  it('[RD1] a veto and a merge that no longer parses are no places', async () => {
    const { entente } = setUp({
      policy: [
        ['v/**', merge('text', { validate: (bytes) => !text(bytes)?.includes('X') })],
        ['**', merge('auto')],
      ],
    });
    await decide(
      entente,
      'v/a',
      { use: 'current' },
      { base: '1\n.\n2\n', current: 'X\n.\n2\n', proposed: '1\n.\nB\n' },
    );
    const broken = {
      base: 'let a = 1;\n\n\nlet b = 2;\n',
      current: 'let c = 1;\n\n\nlet b = 2;\n',
      proposed: 'let a = 1;\n\n\nlet c = 2;\n',
    };
    await decide(entente, 'a.ts', { use: 'current' }, broken);
    expect(await kept(entente)).toEqual([]);
  });

  it('[RD2] a decision that drops a clean change of a side as well says nothing of the place', async () => {
    const { entente } = setUp(byMerge);
    await decide(entente, 'a.txt', { use: 'current' }, { proposed: BOBS.replace('three', 'drei') });
    await decide(entente, 'b.txt', { content: `${BOBS}more\n` });
    expect(await kept(entente)).toEqual([]);
  });

  it('[RD1] a structure keeps the value at its place, whatever else was decided there', async () => {
    const { entente } = setUp(byMerge);
    const json = (n: number, rest = ''): string => `{\n  "n": ${n},\n  "m": 1${rest}\n}\n`;
    await decide(entente, 'a.json', { content: json(7) }, { base: json(1), current: json(2), proposed: json(3) });
    const [one] = await kept(entente);
    expect(one).toMatchObject({ engine: 'json', places: ['/n'] });
    expect(choices(await kept(entente))).toEqual(['7']);
    const yaml = (n: number): string => `n: ${n} # kept\nm: 1\n`;
    await decide(entente, 'a.yaml', { use: 'proposed' }, { base: yaml(1), current: yaml(2), proposed: yaml(3) });
    expect((await kept(entente))[0]).toMatchObject({ engine: 'yaml', places: ['/n'], choice: { use: 'proposed' } });
  });

  it('[RD3] the newest decision on the same texts is the one that is kept, whatever its resource; undo forgets none', async () => {
    const { entente } = setUp(byMerge);
    await decide(entente, 'a.txt', { use: 'current' });
    await decide(entente, 'b.txt', { use: 'proposed' });
    expect(choices(await kept(entente))).toEqual(['proposed']);
    expect((await kept(entente))[0]?.resource).toBe('b.txt');
    const back = await entente.read('b.txt', { version: 2 });
    await put(entente, 'b.txt', text(back?.content) ?? '');
    expect(choices(await kept(entente))).toEqual(['proposed']);
  });

  it('[RD3] a later decision that says nothing sure of the place takes out what was kept, unless it is for the same side', async () => {
    const { entente } = setUp(byMerge);
    const more = { proposed: `zero\n${BOBS}` };
    await decide(entente, 'a.md', { use: 'proposed' });
    await decide(entente, 'b.md', { use: 'proposed' }, { current: ANNS.replace('three', 'THREE') });
    expect(choices(await kept(entente))).toEqual(['proposed']);
    const id = await decide(entente, 'c.md', { use: 'current' }, more);
    expect(await kept(entente)).toEqual([]);
    const entries = (await entente.log(undefined, { limit: 100 })).items;
    expect(
      entries.find(({ meta }) => meta.conflictId === id && meta.outcome === 'unchanged')?.meta.extra,
    ).toMatchObject({
      recorded: [expect.stringMatching(/^markdown-/)],
    });
    await decide(entente, 'd.md', { use: 'base' });
    await decide(entente, 'e.md', { content: 'something else\n' });
    expect(await kept(entente)).toEqual([]);
  });

  it('[RD3] two contrary decisions on equal texts in one document keep none, and forget what was kept', async () => {
    const { entente } = setUp(byMerge);
    await decide(entente, 'a.txt', { use: 'current' }, { base: 'a\n', current: 'b\n', proposed: 'c\n' });
    expect(await kept(entente)).toHaveLength(1);
    const twice = (one: string, two: string): string => `${one}\n-\n-\n-\n${two}\n`;
    const sides = { base: twice('a', 'a'), current: twice('b', 'b'), proposed: twice('c', 'c') };
    await decide(entente, 'b.txt', { content: twice('b', 'c') }, sides);
    expect(await kept(entente)).toEqual([]);
    await decide(entente, 'c.txt', { content: twice('d', 'd') }, sides);
    expect(choices(await kept(entente))).toEqual(['d\n']);
  });
});

describe('where it is offered', () => {
  it('[RD4] an open conflict of the same texts has the offer as it is read, and so has the packet', async () => {
    const { entente } = setUp(byMerge);
    await decide(entente, 'a.txt', { content: BOBS.replace('zwei', 'both') });
    const outcome = as(await clash(entente, 'b.txt'), 'escalated');
    const conflict = await entente.conflict(outcome.conflictId);
    const [region] = conflict?.regions ?? [];
    const offer = {
      complete: true,
      decisions: [{ region: region?.id, decision: { agent: 'judge', resource: 'a.txt' } }],
    };
    expect(conflict?.offer).toMatchObject(offer);
    expect((await entente.conflicts({ state: 'open' })).items[0]?.offer).toMatchObject(offer);
    expect(outcome.packet.offer).toMatchObject(offer);
    const again = await clashPacket(entente, 'c.txt');
    expect(again).toMatchObject(offer);
    await entente.resolve(outcome.conflictId, { use: 'current' }, { agent: 'judge' });
    expect((await entente.conflict(outcome.conflictId))?.offer).toBeUndefined();
  });

  it('[RD4] where only some places have a decision, the offer names these', async () => {
    const { entente } = setUp(byMerge);
    await decide(entente, 'a.txt', { use: 'proposed' });
    const more = (side: string, last: string): string => `${side}.\n.\n.\n${last}\n`;
    const id = await opened(entente, 'b.txt', {
      base: more(BASE, '1'),
      current: more(ANNS, '2'),
      proposed: more(BOBS, '3'),
    });
    const conflict = await entente.conflict(id);
    expect(conflict?.regions).toHaveLength(2);
    expect(conflict?.offer).toMatchObject({ complete: false, decisions: [{ region: conflict?.regions[0]?.id }] });
    expect(await codeOf(() => entente.resolve(id, { use: 'recorded' }, { agent: 'judge' }))).toBe('not-found');
    expect((await entente.conflict(id))?.state).toBe('open');
  });

  it('[RD6] a decision of one engine is none for another, and one space has none of another', async () => {
    const { entente, store } = setUp({
      policy: [
        ['*.txt', merge('text')],
        ['**', merge('json')],
      ],
    });
    await decide(entente, 'a.txt', { use: 'proposed' }, { base: '1', current: '2', proposed: '3' });
    expect(choices(await kept(entente))).toEqual(['proposed']);
    const list = (n: number): string => `[[${n}]]`;
    const id = await opened(entente, 'a.json', { base: list(1), current: list(2), proposed: list(3) });
    expect((await entente.conflict(id))?.offer).toBeUndefined();
    const other = setUp({ store, space: 'other', policy: [['**', merge('text')]] }).entente;
    const there = await opened(other, 'a.txt', { base: '1', current: '2', proposed: '3' });
    expect((await other.conflict(there))?.offer).toBeUndefined();
    expect(await kept(other)).toEqual([]);
  });

  it('[RD7] a member of commented JSON is decided in its place, and what else changed is merged', async () => {
    const doc = (a: number, b: number): string => `{\n  // x\n  "a": ${a},\n  "mid": [1],\n  "b": ${b}\n}\n`;
    const sides = { base: doc(1, 2), current: doc(2, 2), proposed: doc(3, 2) };
    for (const decision of [{ use: 'current' }, { use: 'proposed' }, { content: doc(4, 2) }] as const) {
      const { entente } = setUp(byRecord);
      await decide(entente, 'a.jsonc', decision, sides);
      expect(await kept(entente)).toHaveLength(1);
      const told = 'use' in decision ? { current: doc(2, 99), proposed: doc(3, 99) }[decision.use] : doc(4, 99);
      const apart = { ...sides, current: doc(2, 99) };
      expect(text(as(await clash(entente, 'auto/b.jsonc', apart), 'merged').content)).toBe(told);
      const id = await opened(entente, 'c.jsonc', apart);
      await entente.resolve(id, { use: 'recorded' }, { agent: 'judge' });
      expect(await textAt(entente, 'c.jsonc')).toBe(told);
    }
  });

  it('[RD5] a person who takes the offer decides as was decided, and keeps nothing anew', async () => {
    const { entente } = setUp(byMerge);
    await decide(entente, 'a.txt', { content: BOBS.replace('zwei', 'both') });
    const before = await kept(entente);
    const sides = { base: `${BASE}end\n`, current: `new\n${ANNS}end\n`, proposed: `${BOBS}END\n` };
    const id = await opened(entente, 'b.txt', sides);
    as(await entente.resolve(id, { use: 'recorded' }, { agent: 'carl' }), 'committed');
    expect(await textAt(entente, 'b.txt')).toBe('new\none\n.\nboth\n.\nthree\nEND\n');
    expect((await entente.conflict(id))?.resolution).toMatchObject({ decision: 'recorded', agent: 'carl' });
    expect(await kept(entente)).toEqual(before);
    const replayed = await entente.resolve(id, { use: 'recorded' }, { agent: 'carl' });
    expect(replayed).toMatchObject({ status: 'committed', replayed: true });
  });
});

async function clashPacket(entente: Controller, resource: string): Promise<unknown> {
  await put(entente, resource, BASE);
  const token = await tokenOf(entente, resource, 'bob');
  await put(entente, resource, ANNS);
  return as(await entente.commit(token, { content: BOBS }), 'conflict').packet.offer;
}

describe('what a policy does with it', () => {
  it('[RD8] where it says so, the conflict is merged as was decided, and everything says by what', async () => {
    const { entente, store } = setUp(byRecord);
    const conflictId = await decide(entente, 'a.txt', { content: BOBS.replace('zwei', 'both') });
    const [decision] = await kept(entente);
    const sides = { base: `${BASE}end\n`, current: `new\n${ANNS}end\n`, proposed: `${BOBS}END\n` };
    const merged = as(await clash(entente, 'auto/b.txt', sides), 'merged');
    expect(text(merged.content)).toBe('new\none\n.\nboth\n.\nthree\nEND\n');
    expect(merged.resolvedBy).toBe('recorded');
    expect(merged.receipt.recorded).toMatchObject([{ id: decision?.id, agent: 'judge', conflictId }]);
    const [entry] = (await entente.log(undefined, { limit: 1000 })).items.slice(-1);
    expect(entry?.meta).toMatchObject({ outcome: 'merged', resolvedBy: 'recorded' });
    const sent = sentOf(entry, 'auto/b.txt');
    expect(text(await store.content(sent))).toBe(sides.proposed);
    expect((await entente.stats()).open).toBe(0);
    const other = as(await clash(entente, 'b.txt', sides), 'escalated');
    expect((await entente.conflict(other.conflictId))?.offer?.complete).toBe(true);
  });

  it('[RD8] sent again under its commitId it has the same answer, also when the decision is gone', async () => {
    const { entente } = setUp(byRecord);
    await decide(entente, 'a.txt', { use: 'proposed' });
    await put(entente, 'auto/b.txt', BASE);
    const token = await tokenOf(entente, 'auto/b.txt', 'bob');
    await put(entente, 'auto/b.txt', ANNS);
    const first = as(await entente.commitOrResolve(token, { content: BOBS }), 'merged');
    await entente.forget(
      (await kept(entente)).map(({ id }) => id),
      { agent: 'judge' },
    );
    const again = as(await entente.commitOrResolve(token, { content: BOBS }), 'merged');
    expect(again).toEqual({ ...first, token: again.token, replayed: true });
  });

  it('[RD8] a decision for what is there is a version of its own: what was left out of the proposal is told', async () => {
    const { entente } = setUp(byRecord);
    await decide(entente, 'a.txt', { use: 'current' });
    const merged = as(await clash(entente, 'auto/b.txt'), 'merged');
    expect(text(merged.content)).toBe(ANNS);
    expect(merged).toMatchObject({ version: 3, resolvedBy: 'recorded' });
    expect(merged.receipt.entries.some(({ action, by }) => action === 'dropped' && by[0] === 'proposed')).toBe(true);
  });

  it('[RD8] in a set, each write is settled by its own policy', async () => {
    const { entente, store } = setUp(byRecord);
    await decide(entente, 'a.txt', { use: 'current' });
    const writes = async (resource: string): Promise<Parameters<Controller['transact']>[0]> => {
      await put(entente, resource, BASE);
      await put(entente, 'auto/c.txt', 'c\n');
      const tokens = [await tokenOf(entente, 'auto/c.txt', 'bob'), await tokenOf(entente, resource, 'bob')];
      await put(entente, resource, ANNS);
      const [c, b] = tokens as [(typeof tokens)[0], (typeof tokens)[0]];
      return {
        agent: 'bob',
        writes: [
          { token: c, change: { content: `new ${resource}\n` } },
          { token: b, change: { content: BOBS } },
        ],
      };
    };
    const set = await writes('auto/b.txt');
    const merged = as(await entente.transact(set), 'merged');
    expect(merged).toMatchObject({ resource: 'auto/b.txt', resolvedBy: 'recorded', version: 3 });
    expect(merged.results).toHaveLength(2);
    const [entry] = (await entente.log(undefined, { limit: 1000 })).items.slice(-1);
    const sent = sentOf(entry, 'auto/b.txt');
    expect(text(await store.content(sent))).toBe(BOBS);
    expect(await entente.transact(set)).toMatchObject({ status: 'merged', replayed: true, resolvedBy: 'recorded' });
    as(await entente.transact(await writes('b.txt')), 'conflict');
  });

  it('[RD9] a part of it, another place of a structure, and no word of the policy leave it a conflict', async () => {
    const { entente } = setUp(byRecord);
    await decide(entente, 'a.txt', { use: 'proposed' });
    const more = (side: string, last: string): string => `${side}.\n.\n.\n${last}\n`;
    const partly = { base: more(BASE, '1'), current: more(ANNS, '2'), proposed: more(BOBS, '3') };
    as(await clash(entente, 'auto/a.txt', partly), 'escalated');
    as(await clash(entente, 'b.txt'), 'escalated');
    const json = (name: string, n: number): string => `{"${name}": ${n}}\n`;
    const sides = (name: string): Clash => ({ base: json(name, 1), current: json(name, 2), proposed: json(name, 3) });
    await decide(entente, 'a.json', { use: 'proposed' }, sides('retries'));
    const { conflictId } = as(await clash(entente, 'auto/a.json', sides('version')), 'escalated');
    expect((await entente.conflict(conflictId))?.offer).toMatchObject({
      complete: true,
      decisions: [{ elsewhere: true }],
    });
    const merged = as(await clash(entente, 'auto/b.json', sides('retries')), 'merged');
    expect(text(merged.content)).toBe('{"retries": 3}\n');
    await entente.resolve(conflictId, { use: 'recorded' }, { agent: 'judge' });
    expect(await textAt(entente, 'auto/a.json')).toBe('{"version": 3}\n');
  });

  it('[RD8] a text with a front matter that both changed is settled in its body, and its front matter merged', async () => {
    const { entente } = setUp(byRecord);
    const page = (title: string, tags: string, word: string): string =>
      `---\ntitle: ${title}\n${tags}---\nOne.\n\n${word}\n\nThree.\n`;
    const sides = {
      base: page('a', '', 'Two.'),
      current: page('a', 'tags: [x]\n', 'TWO.'),
      proposed: page('b', '', 'Zwei.'),
    };
    await decide(entente, 'a.md', { content: page('b', 'tags: [x]\n', 'Both.') }, sides);
    expect(choices(await kept(entente))).toEqual(['Both.\n']);
    const merged = as(await clash(entente, 'auto/b.md', sides), 'merged');
    expect(text(merged.content)).toBe(page('b', 'tags: [x]\n', 'Both.'));
    expect(merged.resolvedBy).toBe('recorded');
  });

  it('[RD8] an array that both added to, and a member of a record, are settled; one that moved is only offered', async () => {
    const { entente } = setUp(byRecord);
    const list = (...items: string[]): string => `${JSON.stringify({ list: items })}\n`;
    const lists = { base: list('a'), current: list('a', 'b'), proposed: list('a', 'c') };
    await decide(entente, 'a.json', { content: list('a', 'b', 'c') }, lists);
    expect(text(as(await clash(entente, 'auto/a.json', lists), 'merged').content)).toBe(list('a', 'b', 'c'));
    const records = (n: number, ...before: number[]): string =>
      `${JSON.stringify({ of: [...before, 1].map((id) => ({ id, n: id === 1 ? n : 0 })) })}\n`;
    const same = { base: records(1), current: records(2), proposed: records(3) };
    await decide(entente, 'b.json', { use: 'proposed' }, same);
    expect(text(as(await clash(entente, 'auto/b.json', same), 'merged').content)).toBe(records(3));
    const { conflictId } = as(await clash(entente, 'auto/c.json', { ...same, current: records(2, 0) }), 'escalated');
    expect((await entente.conflict(conflictId))?.offer?.complete).toBe(true);
  });

  it('[RD9] what a validator or the syntax refuses stays the conflict that it was, and its reason says so', async () => {
    const { entente } = setUp({
      policy: [
        [
          'auto/v/**',
          merge('text', { recorded: true, validate: (bytes) => !text(bytes)?.includes('zwei') || 'no German' }),
        ],
        ['auto/**', merge('auto', { recorded: true })],
        ['**', merge('text')],
      ],
    });
    await decide(entente, 'a.txt', { use: 'proposed' });
    const vetoed = as(await clash(entente, 'auto/v/a.txt'), 'escalated');
    expect(vetoed.reason).toContain('the recorded decisions do not fit: validate: no German');
    expect((await entente.conflict(vetoed.conflictId))?.offer?.complete).toBe(true);
    const code = { base: 'let a = 1;\n', current: 'let a = 2;\n', proposed: 'let a = 3;\n' };
    await decide(entente, 'b.txt', { content: 'let a = ;\n' }, code);
    const broken = as(await clash(entente, 'auto/b.ts', code), 'escalated');
    expect(broken.reason).toContain('the recorded decisions do not fit: syntax');
    entente.registerStrategy('auto/text/**', merge('text', { recorded: true }));
    const toml = { base: 'a = 1\n', current: 'a = 2\n', proposed: 'a = 3\n' };
    await decide(entente, 'c.txt', { content: 'a = = 4\n' }, toml);
    const wrong = as(await clash(entente, 'auto/text/c.toml', toml), 'escalated');
    expect(wrong.reason).toContain('it would be no toml any more');
    as(await clash(entente, 'auto/text/c.txt', toml), 'merged');
    expect(await codeOf(() => entente.resolve(wrong.conflictId, { use: 'recorded' }, { agent: 'judge' }))).toBe(
      'not-found',
    );
  });

  it('[RD9] a deletion, an engine of others and a stale delete go their own way', async () => {
    const { entente } = setUp(byRecord);
    entente.registerEngine('mine', ({ base, current, proposed }) => ({
      status: 'conflict',
      conflicts: [{ id: 'same', kind: 'content', at: { pointer: '/x' } }],
      partial: current,
      stats: { engine: 'text', clean: 0, conflicts: 1 },
      notes: [],
      input: { base, current, proposed },
    }));
    entente.registerStrategy('auto/mine/**', merge('mine', { recorded: true }));
    await decide(entente, 'a.txt', { use: 'proposed' });
    const { conflictId } = as(await clash(entente, 'auto/mine/a.txt'), 'escalated');
    expect((await entente.conflict(conflictId))?.offer).toBeUndefined();
    await entente.resolve(conflictId, { use: 'proposed' }, { agent: 'judge' });
    expect(await kept(entente)).toHaveLength(1);
    await put(entente, 'auto/d.txt', BASE);
    const token = await tokenOf(entente, 'auto/d.txt', 'bob');
    await put(entente, 'auto/d.txt', { delete: true });
    as(await entente.commitOrResolve(token, { content: BOBS }), 'escalated');
    expect((await entente.getVersion('auto/d.txt'))?.deleted).toBe(true);
  });

  it('[RD9] a refused content that is sent again is judged from its base, with kept decisions as without', async () => {
    const { entente } = setUp(byRecord);
    await decide(entente, 'a.txt', { use: 'current' });
    await put(entente, 'auto/b.txt', BASE);
    const token = await tokenOf(entente, 'auto/b.txt', 'bob');
    await put(entente, 'auto/b.txt', ANNS);
    const refused = as(await entente.commit(token, { content: BOBS }), 'conflict');
    expect(refused.packet.offer?.complete).toBe(true);
    as(await entente.commit(refused.token, { content: BOBS }), 'conflict');
    const merged = as(await entente.commitOrResolve(refused.token, { content: BOBS }), 'merged');
    expect(merged.resolvedBy).toBe('recorded');
    expect(await textAt(entente, 'auto/b.txt')).toBe(ANNS);
  });

  it('[RD10] a head that moves, and a policy and decisions that change meanwhile, are looked at anew', async () => {
    const { entente } = setUp({ default: escalate() });
    const conflictId = await opened(entente, 'a.txt');
    await put(entente, 'a.txt', `${ANNS}more\n`);
    as(await entente.resolve(conflictId, { content: BOBS }, { agent: 'judge' }), 'merged');
    expect(await textAt(entente, 'a.txt')).toBe(`${BOBS}more\n`);
    expect(choices(await kept(entente))).toEqual(['proposed']);
    const pointed = await opened(entente, 'b.txt');
    await put(entente, 'b.txt', ANNS.replace('TWO', 'DEUX'));
    as(await entente.resolve(pointed, { content: BOBS.replace('zwei', 'x') }, { agent: 'judge' }), 'conflict');
    expect(choices(await kept(entente))).toEqual(['proposed']);
    const moved = await entente.conflict(pointed);
    expect([moved?.state, moved?.engine, moved?.offer]).toEqual(['open', 'text', undefined]);
    await entente.resolve(pointed, { content: BOBS.replace('zwei', 'x') }, { agent: 'judge' });
    expect(choices(await kept(entente))).toEqual(['x\n', 'proposed']);
  });

  it('[RD10] of two who decide at once, one ends the conflict, and what is kept is what that one decided', async () => {
    const { entente } = setUp(byMerge);
    const ids = [await opened(entente, 'a.txt'), await opened(entente, 'b.txt')];
    const [a, b] = ids as [string, string];
    const outcomes = await Promise.all([
      entente.resolve(a, { use: 'current' }, { agent: 'ann' }),
      entente.resolve(a, { use: 'proposed' }, { agent: 'bob' }),
      entente.resolve(b, { content: BOBS.replace('zwei', 'x') }, { agent: 'carl' }),
    ]);
    expect(outcomes.map(({ status }) => status).filter((status) => status === 'rejected')).toHaveLength(1);
    const [one, ...more] = await kept(entente);
    expect(more).toEqual([]);
    const last = (await entente.log(undefined, { limit: 1000 })).items
      .filter(({ meta }) => meta.extra?.['recorded'])
      .at(-1);
    expect([one?.revision, one?.agent]).toEqual([last?.revision, last?.agent]);
  });

  it('[RD7] a decision that a thread applies to a large document has the same answer', async () => {
    const { entente } = setUp({ ...byRecord, limits: { mergeMs: 60_000 } });
    const large = Array.from({ length: 6000 }, (_, i) => `line ${i} of many\n`).join('');
    await decide(entente, 'a.txt', { content: BOBS.replace('zwei', 'both') });
    const sides = { base: large + BASE, current: large + ANNS, proposed: large + BOBS };
    const merged = as(await clash(entente, 'auto/b.txt', sides), 'merged');
    expect(merged.resolvedBy).toBe('recorded');
    expect(text(merged.content)?.slice(-20)).toContain('both');
    await decide(entente, 'c.txt', { content: `${large}${BOBS.replace('zwei', 'large')}` }, sides);
    expect(choices(await kept(entente))).toEqual(['large\n']);
  });
});

describe('listed and forgotten', () => {
  it('[RD11] decisions are listed newest first, in pages, and forgotten by a commit', async () => {
    const { entente } = setUp(byMerge);
    for (const word of ['a', 'b', 'c', 'd', 'e'])
      await decide(
        entente,
        `${word}.txt`,
        { content: BOBS.replace('zwei', word) },
        { proposed: BOBS.replace('zwei', `${word}${word}`) },
      );
    await decide(
      entente,
      'x.txt',
      { content: BOBS.replace('zwei', 'again') },
      { proposed: BOBS.replace('zwei', 'bb') },
    );
    const all: RecordedDecision[] = [];
    let after: string | undefined;
    do {
      const page = await entente.recorded({ limit: 2, ...(after === undefined ? {} : { after }) });
      all.push(...page.items);
      after = page.next;
    } while (after !== undefined);
    expect(choices(all)).toEqual(['again\n', 'e\n', 'd\n', 'c\n', 'a\n']);
    const [first, second, ...rest] = all.map(({ id }) => id) as [string, string, ...string[]];
    const done = await entente.forget([first, second], { agent: 'ann', reason: 'wrong' });
    expect(done).toMatchObject({ status: 'forgotten', ids: [first, second] });
    expect((await kept(entente)).map(({ id }) => id)).toEqual(rest);
    const [entry] = (await entente.log(undefined, { limit: 1000 })).items.slice(-1);
    expect(entry?.meta).toMatchObject({
      outcome: 'recorded',
      reason: 'forgotten',
      note: 'wrong',
      extra: { forgotten: [first, second] },
    });
    const id = await opened(entente, 'y.txt', { proposed: BOBS.replace('zwei', 'bb') });
    expect((await entente.conflict(id))?.offer).toBeUndefined();
  });

  it('[RD11] an id that is not there is not-found and forgets none; the same commitId has the same answer', async () => {
    const { entente } = setUp(byMerge);
    await decide(entente, 'a.txt', { use: 'current' });
    const [{ id }] = (await kept(entente)) as [RecordedDecision];
    expect(await codeOf(() => entente.forget([id, 'text-0000000000000000'], { agent: 'ann' }))).toBe('not-found');
    expect(await kept(entente)).toHaveLength(1);
    const options = { agent: 'ann', commitId: 'once' };
    const first = await entente.forget(id, options);
    expect(await entente.forget(id, options)).toEqual({ ...first, replayed: true });
    expect(await codeOf(() => entente.forget('text-0000000000000000', options))).toBe('idempotency-mismatch');
    for (const wrong of [[], '', [5], Array.from({ length: 501 }, (_, i) => `text-${i}`)])
      expect(await codeOf(() => entente.forget(wrong as string[], { agent: 'ann' }))).toBe('misuse');
    expect(await codeOf(() => entente.recorded({ after: 'x' }))).toBe('misuse');
  });
});
