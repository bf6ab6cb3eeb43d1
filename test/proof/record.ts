// A short recorded history of four agents on one store in this process, with every call delayed a little.
import type { Store } from '../../src/stores/store.ts';
import { createRecorder, type HistoryOperation } from '../../src/verify/index.ts';
import { createTestController } from '../support/controllers.ts';
import { createFaultStore } from '../support/fault-store.ts';
import { createRandom } from '../support/random.ts';

const names = ['p1', 'p2', 'p3', 'p4'];
const resources = ['hot/0.md', 'hot/1.md', 'hot/2.md'];

export async function recordOn(store: Store, seed: number, rounds: number = 200): Promise<readonly HistoryOperation[]> {
  const slow = createFaultStore(store, { seed, delay: 0.5 });
  const operations: HistoryOperation[] = [];
  // One clock in one process: calls and returns are numbered as they happen.
  let time = 0;
  const clock = (): number => (time += 1);
  const agents = names.map(async (agent, index) => {
    const controller = createTestController({ store: slow }, seed + index);
    const recorder = createRecorder({ process: agent, clock, write: (operation) => operations.push(operation) });
    const random = createRandom(seed + index);
    for (let round = 0; round < rounds; round += 1) {
      const resource = random.pick(resources);
      const { token } = await recorder.begin(() => controller.begin(resource, { agent }));
      if (random.chance(0.5))
        await recorder.commit(token, () => controller.commit(token, { content: `${agent} ${round}` }));
      else await recorder.read(resource, () => controller.read(resource));
    }
  });
  await Promise.all(agents);
  return operations;
}
