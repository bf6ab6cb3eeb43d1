// Contended read–modify–write against the bare Map. In a process of its own: what other rows have taught the compiler
// would be measured along.
import { createController } from '../src/controller/controller.ts';
import { createMemoryStore } from '../src/stores/memory.ts';
import { Bare } from './bare.ts';
import { atLeast, inTurn, type Row } from './rows.ts';

/** Eight tasks that each want so many commits on one resource; the bare side begins again until it has them. */
async function contended(): Promise<Row> {
  const each = 10_000;
  const entente = createController({ store: createMemoryStore() });
  const bare = new Bare();
  const tasks = [...Array(8).keys()];
  const times = await inTurn(
    each * tasks.length,
    async () => {
      await Promise.all(
        tasks.map(async (task) => {
          for (let done = 0; done < each; done += 1) {
            const hash = `${task}.${done}`;
            const outcome = await entente.update('hot', { agent: 'agent' }, () => ({ hash }));
            if (outcome.status !== 'committed') throw new Error(`an update ended as ${outcome.status}`);
          }
        }),
      );
    },
    async () => {
      await Promise.all(
        tasks.map(async (task) => {
          for (let done = 0; done < each; ) {
            const token = await bare.begin('hot', 'agent');
            if ((await bare.commit(token, `${task}.${done}`)).ok) done += 1;
          }
        }),
      );
    },
  );
  return atLeast('8 tasks on one resource until success (update), against the bare async Map', times, 0.8);
}

export async function run(): Promise<Row[]> {
  return [await contended()];
}
