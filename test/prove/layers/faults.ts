// L3: requests and replies get lost, repeated and late, reads lag; each commit takes effect exactly once all the same.
import { createController } from '../../../src/controller/controller.ts';
import type { Outcome } from '../../../src/core/outcome.ts';
import { DEFAULT_SPACE } from '../../../src/core/resource.ts';
import { createMemoryStore } from '../../../src/stores/memory.ts';
import type { Store } from '../../../src/stores/store.ts';
import { merge } from '../../../src/strategies/merge.ts';
import { createTestController, start } from '../../support/controllers.ts';
import { counted, countOf, sections, textOf } from '../../support/documents.ts';
import { createFaultStore } from '../../support/fault-store.ts';
import { passThrough, withMethods } from '../../support/wrap.ts';
import { type Ack, audit } from '../audit.ts';
import { demand, type Layer, nextTurn, type Tally } from '../frame.ts';

const names = ['anna', 'bert', 'cleo', 'dora', 'emil', 'fred', 'gina', 'hans'];
const FAULTS = { beforeApply: 0.2, afterApply: 0.2, lostUnknown: 0.1, duplicate: 0.2, delay: 0.3 };
const COUNTED = ['commit', 'commitStatus', 'read', 'content', 'history', 'record', 'records', 'log'] as const;

/** Counts the calls that reach the store, with their answers. */
export function countCalls(inner: Store, tally: Pick<Tally, 'operations'>): Store {
  const store = passThrough(inner);
  const methods = COUNTED.map((name) => {
    const method = store[name] as (...args: readonly unknown[]) => unknown;
    return [
      name,
      (...args: readonly unknown[]): unknown => {
        tally.operations += 1;
        return method(...args);
      },
    ] as const;
  });
  return withMethods(inner, Object.fromEntries(methods) as Partial<Store>);
}

export interface FaultRound {
  readonly seed: number;
  readonly times: number;
  readonly around?: (store: Store) => Store;
}

/** One round of eight agents on a counter, a shared text and a list of lines. Throws where an effect is missing or double. */
export async function faultRound({ seed, times, around = (one) => one }: FaultRound, tally: Tally): Promise<void> {
  const inner = createMemoryStore();
  const store = createFaultStore(countCalls(around(inner), tally), { seed, ...FAULTS });
  // Who reads what was there some commits ago decides anew; a change on an own older text would be another story.
  const lagging = createFaultStore(store, { seed: seed + 50, stale: 0.3, lag: 5 });
  const setUp = createController({ store: inner });
  await start(setUp, 'count.txt', '0');
  await start(setUp, 'plan.md', sections(names));
  await start(setUp, 'list.txt', '');
  const acks: Ack[] = [];
  const landed = (agent: string, outcome: Outcome): void => {
    demand(outcome.status === 'committed' || outcome.status === 'merged', `${agent} came to ${outcome.status}`);
    acks.push({ agent, commitId: outcome.commitId, revision: outcome.revision });
  };
  const work = names.map(async (agent, index) => {
    const controller = createTestController({ store, default: merge('auto') }, seed + index);
    const late = createTestController({ store: lagging }, seed + index);
    for (let time = 0; time < times; time += 1) {
      const raise = (text: string): string => `${Number(text) + 1}`;
      landed(
        agent,
        await late.update('count.txt', { agent, deadlineMs: 100_000 }, ({ content }) => ({
          content: raise(textOf(content)),
        })),
      );
      const { token, content } = await controller.begin('plan.md', { agent });
      landed(agent, await controller.commitOrResolve(token, { content: counted(textOf(content), agent) }));
      const { token: list } = await controller.begin('list.txt', { agent });
      landed(agent, await controller.commitOrResolve(list, { append: `${agent} ${time}\n` }));
    }
  });
  await Promise.all(work);
  for (const count of [store, lagging].flatMap(({ faults }) => Object.values(faults))) tally.faults += count;
  const [count, plan, list] = await Promise.all(
    ['count.txt', 'plan.md', 'list.txt'].map(async (name) => textOf((await setUp.read(name))?.content)),
  );
  demand(Number(count) === names.length * times, `the counter is ${count}, not ${names.length * times}`);
  for (const name of names) {
    const own = countOf(plan ?? '', name);
    demand(own === times, `${name} counts ${own} in the plan, not ${times}`);
  }
  const lines = (list ?? '').trimEnd().split('\n');
  demand(lines.length === names.length * times, `${lines.length} lines, not ${names.length * times}`);
  demand(new Set(lines).size === lines.length, 'a line is there twice');
  await audit(inner, DEFAULT_SPACE, acks, tally);
}

export const lostMessages: Layer = {
  id: 'L3',
  title: 'lost, repeated and late messages, lagging reads',
  async run({ size, seed, tally, note }) {
    const wanted = size(3000, 200_000, 5_000_000);
    let rounds = 0;
    for (; tally.operations < wanted; rounds += 1) {
      await faultRound({ seed: seed + 100 * rounds, times: 15 }, tally);
      await nextTurn();
    }
    note(`${rounds} rounds of 8 agents`);
  },
};
