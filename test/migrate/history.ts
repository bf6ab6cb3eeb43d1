// A store with a past: everything that a migration has to carry, made at random from a seed.
import { createController } from '../../src/controller/controller.ts';
import type { Controller } from '../../src/controller/types.ts';
import { isEntenteError } from '../../src/core/errors.ts';
import type { Space } from '../../src/core/resource.ts';
import { createKeys } from '../../src/service/keys.ts';
import { createClient, guardOf, writeOf } from '../../src/stores/conformance/client.ts';
import type { Store } from '../../src/stores/store.ts';
import { escalate } from '../../src/strategies/escalate.ts';
import { merge } from '../../src/strategies/merge.ts';
import { counted, sections, textOf } from '../support/documents.ts';
import { createRandom, type Random } from '../support/random.ts';

const agents = ['anna', 'bert', 'cleo'];
const files = ['plan.md', 'notes/a.md', 'notes/b.md', 'data/x.json'];

/** Commits, merges, deletes, new lives, hash-only versions, conflicts open and settled, a policy, keys, two spaces. */
export async function makeHistory(store: Store, seed: number, rounds: number): Promise<void> {
  const random = createRandom(seed);
  for (const space of ['default', 'other'] as const) {
    const controller = createController({ store, space, default: merge('text'), random: random.next });
    for (const file of files) await write(controller, file, sections(agents));
    await controller.setPolicy({ rules: [['notes/**', 'escalate']] }, { agent: 'owner' });
    for (let round = 0; round < rounds; round += 1) await change(controller, random);
  }
  await createKeys({ store, clock: () => 1_700_000_000_000 }).create({ name: 'bob', grants: [] });
  const client = await createClient(store);
  await client.applied({ space: 'other', guards: [guardOf('by-hash')], writes: [writeOf('by-hash', { hash: 'v1' })] });
  await client.applied({ space: 'other' });
}

async function write(controller: Controller, file: string, content: string): Promise<void> {
  const { token } = await controller.begin(file, { agent: 'setup' });
  await controller.commit(token, { content });
}

async function change(controller: Controller, random: Random): Promise<void> {
  const file = random.pick(files);
  const [one, two] = [random.pick(agents), random.pick(agents)];
  const first = await controller.begin(file, { agent: one });
  const second = await controller.begin(file, { agent: two });
  const text = textOf(first.content);
  const turn = random.below(10);
  try {
    if (turn === 0) await controller.commit(first.token, { delete: true });
    else if (text === '') await controller.commit(first.token, { content: sections(agents) });
    else await controller.commit(first.token, { content: counted(text, one) }, { note: `round of ${one}` });
    if (turn > 3 && text !== '') await controller.commitOrResolve(second.token, { content: counted(text, two) });
    if (turn === 9) await settle(controller);
  } catch (error) {
    if (!isEntenteError(error)) throw error;
  }
}

async function settle(controller: Controller): Promise<void> {
  const [open] = (await controller.conflicts({ state: 'open' })).items;
  if (open !== undefined) await controller.resolve(open.id, { use: 'proposed' }, { agent: 'judge', reason: 'fits' });
}

/** One resource that nobody can merge: its conflicts stay open. */
export async function openConflict(store: Store, file: string): Promise<string> {
  const controller = createController({ store, default: escalate() });
  await write(controller, file, 'base');
  const first = await controller.begin(file, { agent: 'anna' });
  const second = await controller.begin(file, { agent: 'bert' });
  await controller.commit(first.token, { content: 'of anna' });
  const outcome = await controller.commitOrResolve(second.token, { content: 'only in the conflict' });
  if (outcome.status !== 'escalated') throw new Error(outcome.status);
  return outcome.conflictId;
}

export const SPACES: readonly Space[] = ['default', 'other', '~entente'] as unknown as readonly Space[];
