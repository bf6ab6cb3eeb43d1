// The bugs that are planted, one at a time: each is a fault that systems of this kind have had. They live in wrappers of
// a store or a controller and in a driver; the code that is shipped has no switch for them.
import { createController } from '../../src/controller/controller.ts';
import type { Controller } from '../../src/controller/types.ts';
import type { Outcome } from '../../src/core/outcome.ts';
import type { Head } from '../../src/core/version.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';
import type { CommitReply, CommitRequest, Store } from '../../src/stores/store.ts';
import { escalate } from '../../src/strategies/escalate.ts';
import { checkHistory } from '../../src/verify/index.ts';
import { recordOn } from '../proof/record.ts';
import { plantedFaults } from '../support/planted-faults.ts';
import { createRandom } from '../support/random.ts';
import { withMethods } from '../support/wrap.ts';
import { createTally, demand, type ProofContext } from './frame.ts';
import { faultRound } from './layers/faults.ts';
import { deletingRace, explore, mergingRace } from './layers/interleavings.ts';
import { checkMerges } from './layers/merges.ts';
import { runModel } from './layers/model-based.ts';
import { watchSyncs } from './layers/sqlite.ts';
import { watchRun } from './layers/watching.ts';

export interface Planted {
  readonly id: string;
  readonly bug: string;
  /** Where it is put in. */
  readonly seam: string;
  /** The layer that has to find it. */
  readonly layer: string;
  /** Runs that layer, small, with the bug in it. Throws what the layer throws; ending well is a bug not found. */
  hunt(context: ProofContext): Promise<void>;
}

/** Each request as another one, made from what is there now. */
function changing(
  inner: Store,
  change: (request: CommitRequest, heads: readonly (Head | undefined)[]) => CommitRequest,
): Store {
  return withMethods(inner, {
    async commit(requests) {
      const replies: CommitReply[] = [];
      for (const request of requests) {
        const ids = request.guards.map(({ resource }) => resource);
        const { heads } = await inner.read(request.space, ids);
        const [reply] = await inner.commit([change(request, heads)]);
        if (reply !== undefined) replies.push(reply);
      }
      return replies;
    },
  });
}

/** A guard as if it had been made on what is there. */
function onHead(
  { resource }: CommitRequest['guards'][number],
  head: Head | undefined,
): CommitRequest['guards'][number] {
  return { resource, revision: head?.revision ?? 0, hash: head?.hash ?? '' };
}

/** R1: the second attempt of a commit goes in whatever came meanwhile. */
function forcing(inner: Store): Store {
  const tried = new Set<string>();
  return changing(inner, (request, heads) => {
    const key = `${request.agent}/${request.commitId}`;
    if (!tried.has(key)) {
      tried.add(key);
      return request;
    }
    return { ...request, guards: request.guards.map((guard, index) => onHead(guard, heads[index])) };
  });
}

/** R2: what is absent takes any token. */
function creating(inner: Store): Store {
  return changing(inner, (request, heads) => {
    const guards = request.guards.map((guard, index) => {
      const head = heads[index];
      return head === undefined || head.deleted ? onHead(guard, head) : guard;
    });
    return { ...request, guards };
  });
}

/** R3: the hash of a guard is kept and never compared. */
function hashless(inner: Store): Store {
  return changing(inner, (request, heads) => {
    const guards = request.guards.map((guard, index) => {
      const head = heads[index];
      return head?.revision === guard.revision ? { ...guard, hash: head.hash } : guard;
    });
    return { ...request, guards };
  });
}

/** R9: each sending is a commit of its own, so that nobody knows their own success again. */
function forgetful(inner: Store): Store {
  let serial = 0;
  return withMethods(inner, {
    commit: (requests) =>
      inner.commit(
        requests.map((request) => {
          serial += 1;
          return { ...request, commitId: `${request.commitId}-${serial}`, tokenBound: false };
        }),
      ),
  });
}

/** R4: the holder's own agent goes first, whichever token it has. */
function favouring(controller: Controller): Controller {
  return {
    ...controller,
    async commitOrResolve(token, change, options) {
      const outcome: Outcome = await controller.commitOrResolve(token, change, options);
      if (outcome.status !== 'rejected') return outcome;
      const now = await controller.begin(token.resource, { agent: token.agent });
      return now.head?.agent === token.agent ? controller.commit(now.token, change) : outcome;
    },
  };
}

/** R5: attempts are counted by how far the resource has moved. */
function byDistance(controller: Controller): Controller {
  return {
    ...controller,
    async commitOrResolve(token, change, options) {
      const { version = 0 } = (await controller.getVersion(token.resource)) ?? {};
      const attempt = Math.max(0, version - token.version - 1);
      return controller.commitOrResolve({ ...token, attempt }, change, options);
    },
  };
}

/** A number that is drawn before the commit, as a database's own sequence is: a lower one may show later. */
function sequenced(inner: Store, seed: number): Store {
  const random = createRandom(seed);
  const late = new Set<number>();
  return withMethods(inner, {
    async commit(requests) {
      const replies = await inner.commit(requests);
      for (const reply of replies) {
        if (reply.status !== 'committed' || !random.chance(0.1)) continue;
        late.add(reply.revision);
        setTimeout(() => late.delete(reply.revision), 3);
      }
      return replies;
    },
    async log(space, after, limit) {
      const page = await inner.log(space, after, limit);
      if (page.status !== 'ok') return page;
      return { ...page, entries: page.entries.filter(({ revision }) => !late.has(revision)) };
    },
  });
}

const model = (context: ProofContext, more: Partial<Parameters<typeof runModel>[1]>, store: Store): Promise<void> =>
  runModel(store, { seed: context.seed, runs: 400, moves: 60, ...more }, createTally());

const memory = (): Store => createMemoryStore({ log: { max: 1_000_000 } });

export const planted: readonly Planted[] = [
  {
    ...{ id: 'R1', bug: 'a decision is forced over what came after it', seam: 'store', layer: 'L2' },
    hunt: ({ seed }) => explore(mergingRace({ store: forcing }), seed, 500, createTally()),
  },
  {
    ...{ id: 'R2', bug: 'a stale token commits where the resource is gone', seam: 'store', layer: 'L2' },
    hunt: ({ seed }) => explore(deletingRace({ store: creating }), seed, 500, createTally()),
  },
  {
    ...{ id: 'R3', bug: 'the hash of the base is never compared', seam: 'store', layer: 'L1' },
    hunt: (context) => model(context, {}, hashless(memory())),
  },
  {
    ...{ id: 'R4', bug: 'two tokens of one agent count as one writer', seam: 'controller', layer: 'L1' },
    hunt: (context) => model(context, { controller: favouring }, memory()),
  },
  {
    ...{ id: 'R5', bug: 'retries are counted by the distance of versions', seam: 'controller', layer: 'L1' },
    hunt: (context) => model(context, { controller: byDistance }, memory()),
  },
  {
    ...{ id: 'R6', bug: 'a merge escalates although the contents are at hand', seam: 'strategy', layer: 'L2' },
    hunt: ({ seed }) => explore(mergingRace({ strategy: escalate() }), seed, 500, createTally()),
  },
  {
    ...{ id: 'R7', bug: 'a merge has no base: what was deleted comes back', seam: 'engine', layer: 'L10' },
    async hunt({ seed }) {
      const union = (one: string, other: string): string => {
        const there = new Set(one.split('\n'));
        return (
          one +
          other
            .split('\n')
            .filter((line) => !there.has(line))
            .join('\n')
        );
      };
      checkMerges(({ current, proposed }) => union(current, proposed), seed, 50, createTally());
    },
  },
  {
    ...{ id: 'R8', bug: 'a registered pattern is looked up as an exact id', seam: 'policy', layer: 'L1' },
    hunt: (context) =>
      model(
        context,
        { policy: (rules) => rules.map(([pattern, strategy]) => [pattern.replaceAll('*', '[*]'), strategy] as const) },
        memory(),
      ),
  },
  {
    ...{ id: 'R9', bug: 'a commit that is sent again is another commit', seam: 'store', layer: 'L3' },
    hunt: ({ seed }) => faultRound({ seed, times: 15, around: forgetful }, createTally()),
  },
  {
    ...{ id: 'guard', bug: 'a guard is skipped, once in twenty commits', seam: 'store', layer: 'L4' },
    async hunt({ seed }) {
      const fault = plantedFaults['drops a guard'];
      if (fault === undefined) throw new Error('no such fault');
      // A guard that would have held anyway is dropped unseen: one short history may have no other.
      for (let one = seed; one < seed + 8; one += 1) {
        const { first } = checkHistory(await recordOn(fault.plant(memory(), createRandom(one)).store, one));
        demand(first === undefined, `${first?.rule}: ${first?.message}`);
      }
    },
  },
  {
    ...{ id: 'sync', bug: 'a commit is acknowledged before the disk has it', seam: 'driver', layer: 'L5b' },
    hunt: (context) => watchSyncs({ ...context, tally: createTally() }, 10, 'unsynced'),
  },
  {
    ...{
      id: 'sequence',
      bug: 'revisions are drawn before the commit, and show out of order',
      seam: 'store',
      layer: 'L8',
    },
    hunt: ({ seed }) => {
      const store = memory();
      return watchRun(store, { seed, events: 800, around: (inner) => sequenced(inner, seed) }, createTally());
    },
  },
];

/** For the model: a controller on a store of its own, to be sure that a hunt without its bug finds nothing. */
export async function cleanHunt(context: ProofContext): Promise<void> {
  const { seed } = context;
  await model(context, { runs: 20 }, memory());
  await explore(mergingRace(), seed, 20, createTally());
  await explore(deletingRace(), seed, 20, createTally());
  await faultRound({ seed, times: 3 }, createTally());
  const { first } = checkHistory(await recordOn(memory(), seed, 50));
  demand(first === undefined, first?.message ?? '');
  await watchRun(memory(), { seed, events: 200 }, createTally());
  await createController({ store: memory() }).close();
}
