// Sets and decisions over a bad network: whatever gets lost, each takes effect once (rules D1, E3 and A7).
import { describe, expect, it } from 'vitest';
import { as, put, setUp, text, textAt, tokenOf } from '../../test/support/entente.ts';
import { createFaultStore } from '../../test/support/fault-store.ts';
import { createRandom } from '../../test/support/random.ts';
import type { Outcome } from '../core/outcome.ts';
import { createMemoryStore } from '../stores/memory.ts';
import { merge } from '../strategies/merge.ts';

const seeds = [1, 2, 3];
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The same call again until it is certain what it came to; a request that was certainly lost is sent again, too. */
async function settled(call: () => Promise<Outcome>): Promise<Outcome> {
  for (;;) {
    try {
      const outcome = await call();
      if (outcome.status !== 'unknown') return outcome;
    } catch (error) {
      if ((error as { code?: string }).code !== 'store-unavailable') throw error;
    }
  }
}

describe('over a bad network', () => {
  it.each(seeds)('[D1] [A7] a set is done once, whatever is lost, doubled or late (seed %i)', async (seed) => {
    const inner = createMemoryStore();
    const faults = { beforeApply: 0.1, afterApply: 0.2, lostUnknown: 0.1, duplicate: 0.1, delay: 0.3 };
    const store = createFaultStore(inner, { seed, ...faults });
    const random = createRandom(seed).next;
    const { entente } = setUp({ store, random, sleep: turn, limits: { settleMs: 20 }, default: merge('append') });
    const calm = setUp({ store: inner }).entente;
    for (const resource of ['a', 'b']) await put(calm, resource, 'start\n');
    const wanted: string[] = [];
    const work = Array.from({ length: 25 }, async (_, index) => {
      const agent = `agent-${index}`;
      const tokens = await Promise.all(['a', 'b'].map((resource) => tokenOf(calm, resource, agent)));
      for (let turns = index % 5; turns > 0; turns -= 1) await turn();
      const writes = tokens.map((token) => ({ token, change: { append: `${agent}\n` } }));
      const outcome = await settled(() => entente.transact({ agent, writes }));
      if (outcome.status === 'committed' || outcome.status === 'merged') wanted.push(agent);
      else expect(outcome.status).toBe('conflict');
    });
    await Promise.all(work);
    expect(wanted.length).toBeGreaterThan(0);
    const a = (await textAt(calm, 'a'))?.trim().split('\n').slice(1);
    expect(a?.sort()).toEqual(wanted.sort());
    expect((await textAt(calm, 'b'))?.trim().split('\n').slice(1).sort()).toEqual(wanted);
    expect((await calm.stats()).revision).toBe(2 + wanted.length);
  });

  it.each(seeds)('[E3] [A7] a decision is done once, and nothing that came after is lost (seed %i)', async (seed) => {
    const inner = createMemoryStore();
    const store = createFaultStore(inner, { seed, beforeApply: 0.1, afterApply: 0.3, duplicate: 0.1, delay: 0.3 });
    const options = { store, random: createRandom(seed).next, sleep: turn, limits: { settleMs: 10 } };
    const { entente } = setUp({ ...options, default: merge('text') });
    const calm = setUp({ store: inner, default: merge('text') }).entente;
    for (let round = 0; round < 20; round += 1) {
      const doc = `doc/${round}`;
      await put(calm, doc, 'one\n-\ntwo\n');
      const token = await tokenOf(calm, doc, 'ann');
      await put(calm, doc, 'ONE\n-\ntwo\n');
      const opened = as(await settled(() => entente.commitOrResolve(token, { content: 'uno\n-\ntwo\n' })), 'escalated');
      const moving = put(calm, doc, round % 2 === 0 ? 'ONE\n-\ntwo, later\n' : 'One?\n-\ntwo\n', { agent: 'late' });
      const deciding = settled(() => entente.resolve(opened.conflictId, { use: 'proposed' }, { agent: 'judge' }));
      // Whoever is first: if the other finds its version gone, it says so, and nothing is overwritten.
      const [moved, decided] = await Promise.all([moving.catch(() => undefined), deciding]);
      const now = await textAt(calm, doc);
      expect(['committed', 'merged', 'conflict']).toContain(decided.status);
      if (moved !== undefined && decided.status !== 'conflict') {
        const past: string[] = (await calm.history(doc)).items.map(({ head }) => head.agent);
        if (past.indexOf('judge') < past.indexOf('late')) expect(now).toBe('uno\n-\ntwo, later\n');
      }
      if (decided.status === 'conflict') expect(now).toBe('One?\n-\ntwo\n');
      const decisions = (await calm.history(doc)).items.filter(({ head }) => head.agent === 'judge');
      expect(decisions.length).toBe(decided.status === 'conflict' ? 0 : 1);
      expect(text(await calm.conflictContent(opened.conflictId, 'proposed'))).toBe('uno\n-\ntwo\n');
    }
  });
});
