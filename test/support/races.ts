// Races of a few agents whose every step a scheduler puts in order: what must come out whichever order that is.
import type { Scheduler } from 'fast-check';
import { createController } from '../../src/controller/controller.ts';
import type { Controller } from '../../src/controller/types.ts';
import { isEntenteError } from '../../src/core/errors.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';
import type { Store } from '../../src/stores/store.ts';
import { merge } from '../../src/strategies/merge.ts';
import type { Strategy } from '../../src/strategies/types.ts';
import { start } from './controllers.ts';
import { counted, countOf, sections, textOf } from './documents.ts';
import { createScheduledStore } from './scheduled-store.ts';

export const racers = ['anna', 'bert', 'cleo'] as const;
const plan = 'plan.md';

/** A controller whose every store call and every wait is put in order by the scheduler: a process of its own. */
export function scheduledController(store: Store, scheduler: Scheduler, strategy: Strategy): Controller {
  return createController({
    store: createScheduledStore(store, scheduler),
    default: strategy,
    random: () => 0.5,
    sleep: async () => void (await scheduler.schedule(Promise.resolve(), 'sleep')),
  });
}

/** Each agent raises its own count once, all from the same base; the counts that are there in the end. */
export async function raiseTogether(
  store: Store,
  scheduler: Scheduler,
  strategy: Strategy = merge('text'),
): Promise<readonly number[]> {
  const setUp = createController({ store });
  await start(setUp, plan, sections(racers));
  const work = racers.map(async (agent) => {
    const controller = scheduledController(store, scheduler, strategy);
    const { token, content } = await controller.begin(plan, { agent });
    return controller.commitOrResolve(token, { content: counted(textOf(content), agent) });
  });
  const outcomes = await scheduler.waitFor(Promise.all(work));
  const bad = outcomes.find(({ status }) => status !== 'committed' && status !== 'merged');
  if (bad !== undefined) throw new Error(`one of them came to ${bad.status}`);
  const text = textOf((await setUp.read(plan))?.content);
  return racers.map((agent) => countOf(text, agent));
}

/** Who is on duty may leave while the other stays. How many stay, when both try at once. */
export async function goOffDuty(scheduler: Scheduler, withPremise: boolean): Promise<number> {
  const store = createMemoryStore();
  const setUp = createController({ store });
  const pair = [
    ['anna', 'bert'],
    ['bert', 'anna'],
  ] as const;
  for (const [agent] of pair) await start(setUp, `duty/${agent}`, 'on');
  const leave = async (agent: string, other: string): Promise<void> => {
    const controller = scheduledController(store, scheduler, merge('text'));
    const [mine, theirs] = [
      await controller.begin(`duty/${agent}`, { agent }),
      await controller.begin(`duty/${other}`, { agent }),
    ];
    if (textOf(theirs.content) !== 'on') return;
    try {
      await controller.commit(mine.token, { content: 'off' }, withPremise ? { reads: [theirs.token] } : {});
    } catch (error) {
      if (!isEntenteError(error)) throw error;
    }
  };
  await scheduler.waitFor(Promise.all(pair.map(([agent, other]) => leave(agent, other))));
  const states = await Promise.all(pair.map(async ([agent]) => textOf((await setUp.read(`duty/${agent}`))?.content)));
  return states.filter((state) => state === 'on').length;
}
