// Strategies that are code: what they are given, what they may answer, and that nothing they do loses a change.
import { describe, expect, it } from 'vitest';
import { as, put, setUp, text, textAt, tokenOf } from '../../test/support/entente.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Details } from '../core/resolution.ts';
import { custom } from '../strategies/custom.ts';
import { merge } from '../strategies/merge.ts';
import type { CustomFunction } from '../strategies/types.ts';
import type { Controller, Limits } from './types.ts';

interface Result {
  readonly entente: Controller;
  readonly outcome: Outcome;
}

async function run(fn: unknown, limits: Partial<Limits> = {}): Promise<Result> {
  const { entente } = setUp({ default: custom(fn as CustomFunction), limits });
  await put(entente, 'doc', 'base');
  const token = await tokenOf(entente, 'doc', 'ann');
  await put(entente, 'doc', 'current');
  return { entente, outcome: await entente.commitOrResolve(token, { content: 'proposed' }) };
}

const cycle: { self?: unknown } = {};
cycle.self = cycle;
const proxy = new Proxy(
  {},
  {
    get: () => {
      throw new Error('look away');
    },
    has: () => true,
  },
);

describe('custom strategies', () => {
  const bad: readonly (readonly [string, () => unknown])[] = [
    [
      'throws',
      () => {
        throw new Error('own fault');
      },
    ],
    [
      'throws undefined',
      () => {
        throw undefined;
      },
    ],
    ['rejects', () => Promise.reject(new Error('own fault'))],
    ['answers a promise that hangs', () => new Promise(() => {})],
    ['answers undefined', () => undefined],
    ['answers null later', async () => null],
    ['answers a cycle', () => cycle],
    ['answers a merge with a cycle', () => ({ type: 'merged', content: cycle })],
    ['answers what throws when looked at', () => proxy],
    ['answers an unknown type', () => ({ type: 'force' })],
    ['answers an unknown side', () => ({ type: 'useVersion', side: 'base' })],
    ['answers an unknown use', () => ({ use: 'mine' })],
    ['answers one suffix', () => ({ type: 'keepBoth', suffixes: ['a'] })],
    ['answers too much', () => ({ content: 'x'.repeat(101) })],
  ];
  it.each(bad)(
    '[J10] [C7] one that %s is strategy-threw: the resource is unchanged, the change is kept',
    async (_, fn) => {
      const { entente, outcome } = await run(fn, { customMs: 30, contentBytes: 100 });
      const kept = as(outcome, 'escalated');
      expect(kept.reason).toMatch(/^strategy-threw: /);
      expect(await textAt(entente, 'doc')).toBe('current');
      expect(text(await entente.conflictContent(kept.conflictId, 'proposed'))).toBe('proposed');
    },
  );

  it('[J10] [C7] a reason without end is cut, and the change is kept', async () => {
    const { entente, outcome } = await run(() => ({ type: 'escalate', reason: 'x'.repeat(2_000_000) }));
    const kept = as(outcome, 'escalated');
    expect(kept.reason).toBe('x'.repeat(500));
    expect(text(await entente.conflictContent(kept.conflictId, 'proposed'))).toBe('proposed');
  });

  it('[J10] the deadline is a time, however long, and what comes after it is not used', async () => {
    let late: (answer: unknown) => void = () => {};
    const { entente, outcome } = await run(() => new Promise((resolve) => (late = resolve)), { customMs: 20 });
    expect(as(outcome, 'escalated').reason).toContain('did not answer within 20 ms');
    late({ use: 'proposed' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(await textAt(entente, 'doc')).toBe('current');
    const patient = await run(() => new Promise((resolve) => setTimeout(() => resolve({ use: 'proposed' }), 5)), {
      customMs: 1e12,
    });
    as(patient.outcome, 'committed');
  });

  it('[C7] gets the three sides as copies, with whose they are', async () => {
    let seen: Details | undefined;
    const { entente, outcome } = await run((details: Details) => {
      seen = structuredClone(details);
      for (const side of [details.base, details.current, details.proposed]) {
        if (side?.content instanceof Uint8Array) side.content.fill(0);
      }
      return { use: 'base' };
    });
    const view = (side: { content?: Uint8Array | string } | undefined): string | undefined =>
      text(side?.content as Uint8Array);
    expect([view(seen?.base), view(seen?.current), view(seen?.proposed)]).toEqual(['base', 'current', 'proposed']);
    expect(seen).toMatchObject({
      resource: 'doc',
      base: { version: 1, agent: 'setter' },
      current: { version: 2, agent: 'setter', deleted: false },
      proposed: { agent: 'ann', version: 1 },
    });
    // It answered the base, which it had wiped: its own doing. What is stored is untouched by it.
    as(outcome, 'merged');
    const texts = await Promise.all([1, 2].map((version) => entente.read('doc', { version })));
    expect(texts.map((found) => text(found?.content))).toEqual(['base', 'current']);
  });

  const answers: readonly (readonly [string, unknown, string, string])[] = [
    ['useVersion current', { type: 'useVersion', side: 'current', agent: 'x' }, 'rejected', 'current'],
    ['useVersion proposed', { type: 'useVersion', side: 'proposed', agent: 'x' }, 'committed', 'proposed'],
    ['merged', { type: 'merged', content: 'both', hash: 'ignored' }, 'merged', 'both'],
    ['abortBoth', { type: 'abortBoth' }, 'aborted', 'current'],
    ['keepBoth', { type: 'keepBoth', suffixes: ['a', 'b'] }, 'split', 'current'],
    ['retry', { type: 'retry' }, 'retry', 'current'],
    ['escalate', { type: 'escalate', reason: 'ask' }, 'escalated', 'current'],
    ['use current', { use: 'current' }, 'rejected', 'current'],
    ['use proposed', { use: 'proposed' }, 'committed', 'proposed'],
    ['use both', { use: 'both' }, 'split', 'current'],
    ['content', { content: Buffer.from('bytes') }, 'merged', 'bytes'],
    ['abort', { abort: true }, 'aborted', 'current'],
  ];
  it.each(answers)('[C7] may answer %s, at once or later', async (_, answer, status, left) => {
    for (const fn of [() => answer, async () => answer]) {
      const { entente, outcome } = await run(fn);
      expect(outcome.status).toBe(status);
      expect(await textAt(entente, 'doc')).toBe(left);
    }
  });

  it('[C7] [T1] decides again when the head moves while it thinks, and goes over nothing it has not seen', async () => {
    const seen: (string | undefined)[] = [];
    const { entente } = setUp({
      default: custom(async ({ current }) => {
        seen.push(text(current.content as Uint8Array));
        if (seen.length < 4) await put(entente, 'doc', `later ${seen.length}`);
        return { use: 'proposed' };
      }),
      sleep: async () => {},
    });
    await put(entente, 'doc', 'base');
    const token = await tokenOf(entente, 'doc', 'ann');
    await put(entente, 'doc', 'current');
    as(await entente.commitOrResolve(token, { content: 'mine' }), 'committed');
    expect(seen).toEqual(['current', 'later 1', 'later 2', 'later 3']);
  });

  it('[C7] as the otherwise of a merge it decides what the merge leaves', async () => {
    const { entente } = setUp({ default: merge('text', { otherwise: custom(() => ({ content: 'settled' })) }) });
    await put(entente, 'doc', 'base');
    const token = await tokenOf(entente, 'doc', 'ann');
    await put(entente, 'doc', 'current');
    as(await entente.commitOrResolve(token, { content: 'proposed' }), 'merged');
    expect(await textAt(entente, 'doc')).toBe('settled');
  });
});
