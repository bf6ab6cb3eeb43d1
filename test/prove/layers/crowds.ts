// L9: many writers on few resources. Everybody gets through, at a bounded price in attempts; what it costs in time is
// for the benchmarks.
import { createController } from '../../../src/controller/controller.ts';
import { DEFAULT_SPACE } from '../../../src/core/resource.ts';
import { createMemoryStore } from '../../../src/stores/memory.ts';
import { merge } from '../../../src/strategies/merge.ts';
import { contend, fairnessOf, mergeOnce, priceOf, updateOnce } from '../../support/contention.ts';
import { start } from '../../support/controllers.ts';
import { createCountingStore } from '../../support/counting-store.ts';
import { counted, countOf, sections, textOf } from '../../support/documents.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { createFaultStore } from '../../support/fault-store.ts';
import { createRandom, type Random } from '../../support/random.ts';
import { type Ack, audit } from '../audit.ts';
import { demand, type Layer, type ProofContext } from '../frame.ts';

/** The rank of a resource by Zipf's law: the first one is drawn most often. */
function zipf(random: Random, count: number, exponent: number): number {
  const weights = Array.from({ length: count }, (_, index) => 1 / (index + 1) ** exponent);
  let left = random.next() * weights.reduce((sum, one) => sum + one, 0);
  for (const [index, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return index;
  }
  return count - 1;
}

async function manyAgents({ seed, tally, size }: ProofContext): Promise<void> {
  const [agents, keys, times] = [size(20, 200, 200), 20, size(1, 3, 30)];
  const names = Array.from({ length: agents }, (_, index) => `agent-${index}`);
  const inner = createMemoryStore({ log: { max: 1_000_000 } });
  const setUp = createController({ store: inner });
  for (let key = 0; key < keys; key += 1) await start(setUp, `doc-${key}`, sections(names));
  const clock = createFakeClock({ auto: true });
  const wait = (length: number): Promise<void> => clock.sleep(2 * length);
  const store = createCountingStore(createFaultStore(inner, { seed, delay: 1, wait }));
  const acks: Ack[] = [];
  const own = new Map<string, number>();
  const work = names.map(async (agent, index) => {
    const random = createRandom(seed + index);
    const controller = createController({ store, default: merge('text'), random: random.next, sleep: clock.sleep });
    for (let time = 0; time < times; time += 1) {
      const resource = `doc-${zipf(random, keys, 1.1)}`;
      const { token, content } = await controller.begin(resource, { agent });
      const outcome = await controller.commitOrResolve(token, { content: counted(textOf(content), agent) });
      demand(outcome.status === 'committed' || outcome.status === 'merged', `${agent} came to ${outcome.status}`);
      acks.push({ agent, commitId: outcome.commitId, revision: outcome.revision });
      own.set(`${resource} ${agent}`, (own.get(`${resource} ${agent}`) ?? 0) + 1);
    }
  });
  await Promise.all(work);
  for (let key = 0; key < keys; key += 1) {
    const text = textOf((await setUp.read(`doc-${key}`))?.content);
    for (const agent of names) {
      demand(countOf(text, agent) === (own.get(`doc-${key} ${agent}`) ?? 0), `a count of ${agent} is not what it made`);
    }
  }
  for (const attempts of store.attempts.values()) tally.operations += attempts;
  await audit(inner, DEFAULT_SPACE, acks, tally);
}

export const crowds: Layer = {
  id: 'L9',
  title: 'contention: 8 and 64 writers on one resource, 200 agents on 20',
  async run(context) {
    const { seed, size, tally, note } = context;
    const commits = size(2, 20, 200);
    /** Who comes when decides much in a short crowd: several are judged together. */
    const crowds = size(1, 3, 1);
    /** What gets through of what is sent, and of what there is time for. */
    const [yields, paces]: [number[], number[]] = [[], []];
    for (const writers of [8, 64]) {
      const crowd = { seed, writers, processes: 8, commits };
      const contended = await contend(crowd, mergeOnce);
      const all = [contended];
      for (let index = 1; index < crowds; index += 1)
        all.push(await contend({ ...crowd, seed: seed + index }, mergeOnce));
      const prices = all.map((one) => priceOf(one, writers * commits));
      const mean = prices.reduce((sum, one) => sum + one.mean, 0) / crowds;
      const max = Math.max(...prices.map((one) => one.max));
      demand(mean <= 4 && max <= 20, `${writers} writers: ${mean.toFixed(2)} attempts a commit, ${max} at most`);
      const fairness = fairnessOf(contended);
      const told = `a fairness (Jain) of ${fairness.attempts.toFixed(3)} in attempts and ${fairness.pace.toFixed(3)} in pace`;
      if (commits > 2) demand(fairness.attempts >= 0.9, `${writers} writers: ${told}`);
      // Those of one process go on from one another, so that a process gets through in bursts: luck that takes long to even out.
      if (commits >= 200) demand(fairness.pace >= 0.85, `${writers} writers: ${told}`);
      yields.push(1 / mean);
      paces.push((writers * commits * crowds) / all.reduce((sum, { ms }) => sum + ms, 0));
      const turns: number[] = [];
      await contend(crowd, updateOnce(turns));
      const [runs, most] = [turns.reduce((sum, one) => sum + one, 0), Math.max(...turns)];
      demand(runs / turns.length <= 4 && most <= 20, `${writers} writers: ${runs} runs for ${turns.length} updates`);
      for (const { store } of all) for (const attempts of store.attempts.values()) tally.operations += attempts;
      tally.operations += runs;
      // Each is in the text that they all wrote, which was counted.
      tally.acknowledged += (crowds + 1) * writers * commits;
      note(`${writers} writers: ${mean.toFixed(2)} attempts a commit, ${max} at most, ${told}`);
    }
    const shareOf = ([few = 0, many = 0]: readonly number[]): number => Math.round((100 * many) / few);
    demand(
      shareOf(yields) >= 70,
      `of what 64 writers send ${shareOf(yields)} % as much gets through as of what 8 send`,
    );
    note(
      `goodput of 64 writers against 8: ${shareOf(yields)} % of the commits for each attempt, ${shareOf(paces)} % in the ` +
        'time that calls and waits are given',
    );
    await manyAgents(context);
  },
};
