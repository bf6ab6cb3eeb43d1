// Controllers for tests: seeded jitter, and waits that cost no real time.
import { createController } from '../../src/controller/controller.ts';
import type { Controller, ControllerOptions } from '../../src/controller/types.ts';
import { createFakeClock } from './fake-clock.ts';
import { createRandom } from './random.ts';

/** A controller with its own seed, whose waits pass as soon as nobody has anything else to do. */
export function createTestController(options: ControllerOptions, seed: number): Controller {
  const clock = createFakeClock({ auto: true });
  return createController({ random: createRandom(seed).next, sleep: clock.sleep, ...options });
}

/** Writes a first content. */
export async function start(controller: Controller, resource: string, content: string): Promise<void> {
  const { token } = await controller.begin(resource, { agent: 'starter' });
  const { status } = await controller.commit(token, { content });
  if (status !== 'committed') throw new Error(`starting ${resource} came to ${status}`);
}
