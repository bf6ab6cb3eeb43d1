// Merges that are not ours: registered engines, modules in a thread, validators. Whatever they do, no change is lost.
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { as, codeOf, put, setUp, text, textAt, tokenOf } from '../../test/support/entente.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Engine } from '../merge/types.ts';
import { lastWriterWins } from '../strategies/last-writer-wins.ts';
import { type MergeStrategyOptions, merge } from '../strategies/merge.ts';
import type { Controller, Limits } from './types.ts';

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../test/fixtures/engines/${name}.mjs`, import.meta.url));

interface Result {
  readonly entente: Controller;
  readonly outcome: Outcome;
}

/** What a clash comes to when this engine decides it. */
async function run(
  engine: Engine | string | undefined,
  options: MergeStrategyOptions = {},
  limits: Partial<Limits> = {},
  contents: readonly [string, string, string] = ['base', 'current', 'proposed'],
): Promise<Result> {
  const { entente } = setUp({ default: merge('own', options), limits });
  if (engine !== undefined) entente.registerEngine('own', engine);
  await put(entente, 'doc', contents[0]);
  const token = await tokenOf(entente, 'doc', 'ann');
  await put(entente, 'doc', contents[1]);
  return { entente, outcome: await entente.commitOrResolve(token, { content: contents[2] }) };
}

async function expectKept({ entente, outcome }: Result, reason: string): Promise<void> {
  const kept = as(outcome, 'escalated');
  expect(kept.reason).toContain(reason);
  expect(await textAt(entente, 'doc')).toBe('current');
  expect(text(await entente.conflictContent(kept.conflictId, 'proposed'))).toBe('proposed');
}

const clean = (content: string): ReturnType<Engine> => ({
  status: 'clean',
  content: Buffer.from(content),
  receipt: { engine: 'own', entries: [] },
  stats: { engine: 'own', clean: 1, conflicts: 0 },
  notes: [],
});

describe('registered engines', () => {
  it('[C8] a function gets copies of the three sides and its result is swapped in', async () => {
    const { entente, outcome } = await run((input) => {
      const seen = [input.base, input.current, input.proposed].map((side) => text(side ?? undefined)).join(' ');
      for (const side of [input.base, input.current, input.proposed]) side?.fill(0);
      return clean(`${input.path}: ${seen}`);
    });
    expect(text(as(outcome, 'merged').content)).toBe('doc: base current proposed');
    expect((await entente.log()).items.at(-1)?.meta.strategy).toBe('merge(own)');
    expect(text((await entente.read('doc', { version: 2 }))?.content)).toBe('current');
  });

  it('[C8] a module runs in a thread; what it leaves out of its result is filled in', async () => {
    const { outcome } = await run(fixture('loud'));
    expect(text(as(outcome, 'merged').content)).toBe('doc: current + proposed');
    expect(as(outcome, 'merged').receipt).toEqual({ engine: 'own', entries: [] });
  });

  it('[C8] [J10] a module that never ends is ended with its thread, and others still get theirs', async () => {
    const ended = await run(fixture('endless'), {}, { customMs: 50 });
    await expectKept(ended, 'did not end within');
    as((await run(fixture('loud'))).outcome, 'merged');
  });

  const badModules = [
    ['leaves', 'ended'],
    ['none', 'no function named'],
    ['nonsense', 'cannot leave the thread'],
    ['text', 'no merge result'],
    ['absent', 'Cannot find module'],
  ] as const;
  it.each(badModules)(
    '[J10] [C10] a module that is %s is strategy-threw, and the change is kept',
    async (name, reason) => {
      const result = await run(fixture(name));
      await expectKept(result, 'strategy-threw');
      expect(as(result.outcome, 'escalated').reason).toContain(reason);
    },
  );

  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  const bad: readonly (readonly [string, () => unknown])[] = [
    [
      'throws',
      () => {
        throw new Error('own fault');
      },
    ],
    [
      'throws no error',
      () => {
        throw undefined;
      },
    ],
    ['rejects', () => Promise.reject(new Error('own fault'))],
    ['hangs', () => new Promise(() => {})],
    ['answers undefined', () => undefined],
    ['answers a cycle', () => cycle],
    ['answers a text', () => 'clean'],
    ['answers clean text', () => ({ ...clean(''), content: 'x' })],
    ['answers no conflicts', () => ({ status: 'conflict', conflicts: [] })],
    ['answers odd conflicts', () => ({ status: 'conflict', conflicts: [null] })],
    ['answers an odd status', () => ({ status: 'maybe' })],
  ];
  it.each(bad)('[J10] an engine that %s is strategy-threw, and the change is kept', async (_, engine) => {
    await expectKept(await run(engine as Engine, {}, { customMs: 30 }), 'strategy-threw');
  });

  it('[J10] places and receipts that are no data are left out, and nothing is lost', async () => {
    const places = [7, null, 'line 3', { pointer: 'x'.repeat(2_000_000) }, { lines: cycle }, 1n];
    for (const at of places) {
      const conflicts = [{ id: 'x', kind: 'content', at, reason: 'r'.repeat(2_000_000) }];
      const result = await run((() => ({ status: 'conflict', conflicts })) as unknown as Engine);
      await expectKept(result, 'r'.repeat(500));
      const { conflictId } = as(result.outcome, 'escalated');
      expect((await result.entente.conflict(conflictId))?.regions).toEqual([]);
    }
    for (const entries of [[cycle], [1n], ['x'.repeat(2_000_000)]]) {
      const receipt = { engine: 'own', entries };
      const { outcome } = await run((() => ({ ...clean('both'), receipt })) as unknown as Engine);
      expect(as(outcome, 'merged').receipt).toEqual({ engine: 'own', entries: [] });
    }
  });

  it('[C10] errors and conflicts of an engine go to otherwise, with their reason kept', async () => {
    const failed = (): ReturnType<Engine> => ({ status: 'error', code: 'syntax', message: 'odd comma' });
    await expectKept(await run(failed), 'syntax: odd comma');
    as((await run(failed, { otherwise: lastWriterWins() })).outcome, 'committed');
    const clash = () => ({
      status: 'conflict',
      conflicts: [{ id: 'x', kind: 'content', at: { pointer: '/a' }, reason: 'mine' }],
    });
    const result = await run(clash as unknown as Engine);
    await expectKept(result, 'mine');
    expect(as(result.outcome, 'escalated').packet.regions).toMatchObject([{ at: { pointer: '/a' } }]);
  });

  it('[C10] an engine that is not registered here is a reason, not a throw: a stored policy may name it', async () => {
    await expectKept(await run(undefined), 'no merge engine');
  });

  it('[C10] a merge that grows beyond the limit of a content goes to otherwise', async () => {
    await expectKept(await run(() => clean('x'.repeat(21)), {}, { contentBytes: 20 }), 'too-large');
    as((await run(() => clean('x'.repeat(20)), {}, { contentBytes: 20 })).outcome, 'merged');
  });

  it('[C8] a name is its own and an engine a function or a path', async () => {
    const { entente } = setUp();
    for (const name of ['auto', 'text', 'json', 'append', '', 'a b', 'x'.repeat(65), 7 as never]) {
      expect(await codeOf(() => entente.registerEngine(name, () => clean(''))), String(name)).toBe('misuse');
    }
    expect(await codeOf(() => entente.registerEngine('own', undefined as never))).toBe('misuse');
  });
});

describe('validate', () => {
  const lines: readonly [string, string, string] = ['a\n-\nb\n', 'A\n-\nb\n', 'a\n-\nB\n'];
  const validated = async (
    validate: NonNullable<MergeStrategyOptions['validate']>,
    otherwise = {},
  ): Promise<Result> => {
    const { entente } = setUp({ default: merge('text', { validate, ...otherwise }) });
    await put(entente, 'doc', lines[0]);
    const token = await tokenOf(entente, 'doc', 'ann');
    await put(entente, 'doc', lines[1]);
    return { entente, outcome: await entente.commitOrResolve(token, { content: lines[2] }) };
  };

  it('[T26] may veto a clean merge: two good edits whose union is bad are kept, not committed', async () => {
    for (const [verdict, reason] of [
      ['both in capitals', 'validate: both in capitals'],
      [false, 'validate: '],
      ['', 'validate: '],
      [null, 'validate: '],
      [0, 'validate: '],
    ] as const) {
      const seen: string[] = [];
      const { entente, outcome } = await validated((merged) => {
        seen.push(text(merged) ?? '');
        merged.fill(0);
        return verdict as never;
      });
      const kept = as(outcome, 'escalated');
      expect(kept.reason).toContain(reason);
      expect(seen[0]).toBe('A\n-\nB\n');
      expect(await textAt(entente, 'doc')).toBe(lines[1]);
      expect(text(await entente.conflictContent(kept.conflictId, 'proposed'))).toBe(lines[2]);
    }
  });

  it('[T26] what it throws is a veto, a veto goes to otherwise, and true or undefined lets the merge pass', async () => {
    const thrown = await validated(() => {
      throw new Error('cannot tell');
    });
    expect(as(thrown.outcome, 'escalated').reason).toBe('validate: cannot tell');
    const other = await validated(() => false, { otherwise: lastWriterWins() });
    as(other.outcome, 'committed');
    expect(await textAt(other.entente, 'doc')).toBe(lines[2]);
    for (const verdict of [true, undefined]) {
      const { entente, outcome } = await validated((merged) => {
        merged.fill(0);
        return verdict;
      });
      as(outcome, 'merged');
      expect(await textAt(entente, 'doc')).toBe('A\n-\nB\n');
    }
  });
});
