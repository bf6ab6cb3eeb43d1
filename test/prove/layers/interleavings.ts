// L2: a few agents, and every order of their steps that a seeded scheduler comes up with.
import fc, { type Scheduler } from 'fast-check';
import { createController } from '../../../src/controller/controller.ts';
import { DEFAULT_SPACE } from '../../../src/core/resource.ts';
import { createMemoryStore } from '../../../src/stores/memory.ts';
import type { Store } from '../../../src/stores/store.ts';
import { lastWriterWins } from '../../../src/strategies/last-writer-wins.ts';
import { merge } from '../../../src/strategies/merge.ts';
import type { Strategy } from '../../../src/strategies/types.ts';
import { start } from '../../support/controllers.ts';
import { counted, countOf, sections, textOf } from '../../support/documents.ts';
import { goOffDuty, racers, raiseTogether, scheduledController } from '../../support/races.ts';
import { demand, type Layer, nextTurn, type Tally, Violation } from '../frame.ts';

type Race = (scheduler: Scheduler) => Promise<void>;

export interface RaceSetting {
  readonly store?: (inner: Store) => Store;
  readonly strategy?: Strategy;
}

const plan = 'plan.md';

/** Nobody's change is lost between deciding and writing. */
export function mergingRace({ store = (one) => one, strategy = merge('text') }: RaceSetting = {}): Race {
  return async (scheduler) => {
    const counts = await raiseTogether(store(createMemoryStore()), scheduler, strategy);
    demand(
      counts.every((one) => one === 1),
      `counts ${counts.join(', ')} after each was raised once`,
    );
  };
}

/** What one deletes while another edits is never brought back by that edit. */
export function deletingRace({ store: around = (one) => one }: RaceSetting = {}): Race {
  return async (scheduler) => {
    const store = around(createMemoryStore());
    const setUp = createController({ store });
    await start(setUp, plan, 'one');
    const { token: removing } = await setUp.begin(plan, { agent: 'anna' });
    const { token: editing } = await setUp.begin(plan, { agent: 'bert' });
    const [anna, bert] = [0, 1].map(() => scheduledController(store, scheduler, merge('text')));
    if (anna === undefined || bert === undefined) return;
    const [removed, edited] = await scheduler.waitFor(
      Promise.all([anna.commit(removing, { delete: true }), bert.commit(editing, { content: 'two' })]),
    );
    const won = [removed, edited].filter(({ status }) => status === 'committed').length;
    demand(won === 1, `a delete and an edit of one version: ${removed.status} and ${edited.status}`);
  };
}

/** Two who each rely on the other staying cannot both go. */
const dutyRace: Race = async (scheduler) => {
  demand((await goOffDuty(scheduler, true)) >= 1, 'both went off duty');
};

/** A premise holds when the commit lands, or the commit does not land. */
const premiseRace: Race = async (scheduler) => {
  const store = createMemoryStore();
  const setUp = createController({ store });
  await start(setUp, plan, sections(racers));
  await start(setUp, 'premise.md', 'true');
  const { token: premise } = await setUp.begin('premise.md', { agent: 'anna' });
  const { token, content } = await setUp.begin(plan, { agent: 'anna' });
  const { token: refuting } = await setUp.begin('premise.md', { agent: 'bert' });
  const controller = scheduledController(store, scheduler, lastWriterWins());
  const mine = controller.commitOrResolve(token, { content: counted(textOf(content), 'anna') }, { reads: [premise] });
  const theirs = scheduledController(store, scheduler, merge('text')).commit(refuting, { content: 'false' });
  const [outcome] = await scheduler.waitFor(Promise.all([mine, theirs]));
  const log = await store.log(DEFAULT_SPACE, 2, 10);
  const entries = log.status === 'ok' ? log.entries : [];
  const [landed, refuted] = ['anna', 'bert'].map((agent) => entries.find((entry) => entry.agent === agent));
  if (landed === undefined) demand(outcome.status === 'conflict', `a stale premise came to ${outcome.status}`);
  else demand(landed.revision < (refuted?.revision ?? 0), 'a commit landed on a premise that no longer held');
};

/** Trimming under a merge takes nothing that it needs: it merges, or says that its base is gone. */
const trimmingRace: Race = async (scheduler) => {
  const store = createMemoryStore();
  const setUp = createController({ store });
  await start(setUp, plan, sections(racers));
  const given = await Promise.all(racers.map(async (agent) => ({ agent, ...(await setUp.begin(plan, { agent })) })));
  const work = given.map(async ({ agent, token, content }) => {
    const controller = scheduledController(store, scheduler, merge('text'));
    try {
      return (await controller.commitOrResolve(token, { content: counted(textOf(content), agent) })).status;
    } catch (error) {
      return (error as { readonly code?: string }).code ?? String(error);
    }
  });
  const trims = [0, 1].map(async () => {
    await scheduler.schedule(Promise.resolve(), 'trim');
    await store.trim(DEFAULT_SPACE, (await store.counts(DEFAULT_SPACE)).revision);
  });
  const [told] = await scheduler.waitFor(Promise.all([Promise.all(work), Promise.all(trims)]));
  const found = await setUp.read(plan);
  demand(found?.content !== undefined, 'a trim took the bytes of a head');
  const text = textOf(found.content);
  for (const [index, agent] of racers.entries()) {
    const status = told[index] ?? '';
    const won = status === 'committed' || status === 'merged';
    demand(won || ['escalated', 'expired', 'base-gone'].includes(status), `${agent} came to ${status}`);
    demand(countOf(text, agent) === (won ? 1 : 0), `${agent} was told ${status} and counts ${countOf(text, agent)}`);
  }
};

/** Throws a Violation with the order of steps in which it happened. */
export async function explore(race: Race, seed: number, runs: number, tally: Tally): Promise<void> {
  let schedules = 0;
  const property = fc.asyncProperty(fc.scheduler(), async (scheduler) => {
    schedules += 1;
    await race(scheduler);
    if (schedules % 100 === 0) await nextTurn();
  });
  const result = await fc.check(property, { seed, numRuns: runs, endOnFailure: true });
  tally.operations += schedules;
  if (!result.failed) return;
  const { errorInstance } = result;
  throw new Violation(errorInstance instanceof Error ? errorInstance.message : String(errorInstance));
}

export const interleavings: Layer = {
  id: 'L2',
  title: 'interleavings of two to five agents, each order from a seeded scheduler',
  async run({ size, seed, tally, note }) {
    const races = { merging: mergingRace(), deleting: deletingRace(), dutyRace, premiseRace, trimmingRace };
    const each = Math.ceil(size(150, 20_000, 1_000_000) / Object.keys(races).length);
    for (const [index, race] of Object.values(races).entries()) await explore(race, seed + index, each, tally);
    note(`${tally.operations} schedules of ${Object.keys(races).length} races`);
  },
};
