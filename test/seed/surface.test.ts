// Every operation, strategy, resolution and result of the seed has its place here, under a name that can be recognised.
import { describe, expect, expectTypeOf, it } from 'vitest';
import type {
  ConflictEntry,
  Controller,
  Outcome,
  Resolution,
  ResourceVersion,
  Stats,
  Strategy,
  Token,
} from '../../src/index.ts';
import * as entente from '../../src/index.ts';
import { openDesk } from '../support/desk.ts';

describe('the seed’s surface', () => {
  it('[SD11] its operations are methods of the controller', () => {
    const desk = openDesk();
    const operations: readonly (keyof Controller)[] = [
      'begin',
      'commit',
      'commitOrResolve',
      'resolveDetails',
      'resolve',
      'registerStrategy',
      'getVersion',
      'hasChanged',
      'conflictHistory',
      'clearHistory',
      'stats',
    ];
    for (const name of operations) expect(desk.entente[name], name).toBeTypeOf('function');
    const helpers = ['createController', 'isStale', 'versionDiff', 'isSuccess', 'versionOf', 'hashOf'] as const;
    expect(Object.keys(entente)).toEqual(expect.arrayContaining([...helpers]));
  });

  it('[SD11] its strategies are factories, its resolutions and results values of the same names', () => {
    const factories = [
      'lastWriterWins',
      'firstWriterWins',
      'merge',
      'escalate',
      'retry',
      'keepBoth',
      'abortBoth',
      'custom',
    ] as const;
    expect(Object.keys(entente)).toEqual(expect.arrayContaining([...factories]));
    for (const engine of ['text', 'json', 'append', 'my-own']) expect(entente.merge(engine)).toMatchObject({ engine });
    expectTypeOf<Strategy['name']>().toEqualTypeOf<(typeof factories)[number]>();
    expectTypeOf<Resolution['type']>().toEqualTypeOf<
      'useVersion' | 'merged' | 'abortBoth' | 'keepBoth' | 'retry' | 'escalate'
    >();
    expectTypeOf<'committed' | 'merged' | 'retry' | 'rejected' | 'aborted' | 'split' | 'escalated'>().toExtend<
      Outcome['status']
    >();
    expectTypeOf<Stats>().toExtend<
      Record<'totalResources' | 'totalConflicts' | 'resolvedByRetry' | 'escalated', number>
    >();
    expectTypeOf<ResourceVersion>().toExtend<{ version: number; hash: string; agent: string; at: number }>();
    expectTypeOf<Token>().toExtend<{ resource: string; version: number; hash: string; agent: string; at: number }>();
    expectTypeOf<keyof ConflictEntry>().toEqualTypeOf<'conflict' | 'resolution' | 'resolvedAt'>();
    expectTypeOf<keyof ConflictEntry['conflict']>().toEqualTypeOf<
      'resource' | 'conflictingAgent' | 'holderAgent' | 'expectedVersion' | 'actualVersion' | 'at'
    >();
  });

  it('[SD11] default strategy and size of the history are options; increments are commits', async () => {
    const desk = openDesk({ default: entente.lastWriterWins(), history: { max: 2 } });
    for (const name of ['a', 'b', 'c']) {
      const stale = await desk.clash(name, 'base', 'ann');
      await desk.entente.commitOrResolve(stale, { content: 'bob' });
    }
    const history = await desk.entente.conflictHistory();
    expect(history.map(({ conflict }) => conflict.resource)).toEqual(['b', 'c']);
    expect(entente.versionDiff(history[0]?.conflict as ConflictEntry['conflict'])).toBe(1);
    expect(await desk.entente.getVersion('a')).toMatchObject({ version: 3, agent: 'bob' });
  });

  it('[SD12] resolveDetails decides from contents alone, by this controller’s own rules, and stores nothing', async () => {
    const details = {
      resource: 'doc.md',
      base: { content: 'a\nb\nc\n' },
      current: { agent: 'ann', content: 'A\nb\nc\n' },
      proposed: { agent: 'bob', content: 'a\nb\nC\n' },
    };
    const decide = (strategy: Strategy, more: object = {}): Resolution => {
      const desk = openDesk();
      desk.entente.registerStrategy('*.md', strategy);
      return desk.entente.resolveDetails({ ...details, ...more });
    };
    expect(openDesk().entente.resolveDetails(details)).toEqual({ type: 'useVersion', side: 'current', agent: 'ann' });
    expect(decide(entente.lastWriterWins())).toEqual({ type: 'useVersion', side: 'proposed', agent: 'bob' });
    expect(decide(entente.merge('text'))).toMatchObject({ type: 'merged', content: 'A\nb\nC\n' });
    expect(decide(entente.escalate())).toMatchObject({ type: 'escalate' });
    expect(decide(entente.retry({ maxAttempts: 1 }))).toEqual({ type: 'retry' });
    expect(decide(entente.keepBoth())).toEqual({ type: 'keepBoth', suffixes: ['ann', 'bob'] });
    expect(decide(entente.abortBoth())).toEqual({ type: 'abortBoth' });
    expect(decide(entente.custom(({ proposed }) => ({ content: `${proposed.content}!` })))).toMatchObject({
      type: 'merged',
      content: 'a\nb\nC\n!',
    });
    const clash = { proposed: { agent: 'bob', content: 'x\nb\nc\n' } };
    expect(decide(entente.merge('text'), clash)).toMatchObject({ type: 'escalate' });
    expect(decide(entente.merge('text', { otherwise: entente.keepBoth() }), clash)).toMatchObject({ type: 'keepBoth' });
    expect(decide(entente.merge('text'), { proposed: { agent: 'bob', hash: 'x' } })).toMatchObject({
      type: 'escalate',
    });
    const vetoed = entente.merge('text', { validate: () => 'no' });
    expect(decide(vetoed)).toMatchObject({ type: 'escalate' });
    const baseless = { base: { version: 1, hash: 'h' } };
    expect(decide(entente.merge('append'), baseless)).toEqual({ type: 'escalate', reason: 'base-gone' });
    expect(decide(entente.merge('text'), { proposed: { agent: 'bob', deleted: true } })).toMatchObject({
      type: 'escalate',
      reason: 'deleted-modified',
    });
    expect(decide(entente.merge('nope'))).toMatchObject({ type: 'escalate' });
    expect(decide(entente.custom(async () => ({ use: 'current' })))).toMatchObject({ type: 'escalate' });
    expect(decide(entente.custom(() => 'nonsense' as never))).toMatchObject({ type: 'escalate' });
    expect(
      decide(
        entente.custom(() => {
          throw new Error('no idea');
        }),
      ),
    ).toMatchObject({ type: 'escalate', reason: 'strategy-threw: no idea' });
  });
});
