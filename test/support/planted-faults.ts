// Stores that break their promises, now and then, without a word: what the history checker has to find.
import { hashOf } from '../../src/core/hash.ts';
import type { Head } from '../../src/core/version.ts';
import type { CommitReply, CommitRequest, Store, Write } from '../../src/stores/store.ts';
import type { HistoryRule } from '../../src/verify/index.ts';
import { createFaultStore } from './fault-store.ts';
import type { Random } from './random.ts';
import { contentWrite } from './requests.ts';
import { withMethods } from './wrap.ts';

export interface PlantedFault {
  /** What the checker may call it, by which of its traces shows first. */
  readonly rules: readonly HistoryRule[];
  plant(inner: Store, random: Random): { readonly store: Store; times(): number };
}

const OFTEN = 0.05;

/** Does something else with one request in twenty. */
function onSomeCommits(
  rules: readonly HistoryRule[],
  instead: (inner: Store, request: CommitRequest) => Promise<CommitReply>,
): PlantedFault {
  return {
    rules,
    plant(inner, random) {
      let times = 0;
      const store = withMethods(inner, {
        async commit(requests) {
          const [request] = requests;
          if (request === undefined || requests.length > 1 || !random.chance(OFTEN)) return inner.commit(requests);
          times += 1;
          return [await instead(inner, request)];
        },
      });
      return { store, times: () => times };
    },
  };
}

async function commitOne(inner: Store, request: CommitRequest): Promise<CommitReply> {
  const [reply] = await inner.commit([request]);
  if (reply === undefined) throw new Error('no reply');
  return reply;
}

/** The request as if it had been made on what is there now. */
async function forced(inner: Store, request: CommitRequest): Promise<CommitRequest> {
  const { heads, revision } = await inner.read(
    request.space,
    request.guards.map((guard) => guard.resource),
  );
  const guards = request.guards.map(({ resource }, index) => {
    const head: Head | undefined = heads[index];
    return { resource, revision: head?.revision ?? 0, hash: head?.hash ?? '' };
  });
  return { ...request, guards, asOf: revision };
}

/** The reply with the hashes that the caller sent. */
function asSent(reply: CommitReply, request: CommitRequest): CommitReply {
  if (reply.status !== 'committed') return reply;
  const heads = reply.heads.map((head, index) => {
    const write = request.writes[index];
    return write === undefined || write.kind === 'delete' ? head : { ...head, hash: write.hash };
  });
  return { ...reply, heads };
}

export const plantedFaults: Readonly<Record<string, PlantedFault>> = {
  'drops a guard': onSomeCommits(['expected', 'one-writer'], async (inner, request) =>
    commitOne(inner, await forced(inner, request)),
  ),
  'serves stale reads': {
    rules: ['stale', 'revision'],
    plant(inner, random) {
      const store = createFaultStore(inner, { seed: random.below(1e9), stale: OFTEN });
      return { store, times: () => store.faults.stale };
    },
  },
  'writes other bytes': onSomeCommits(['content'], async (inner, request) => {
    const writes = request.writes.map((write): Write => contentWrite(write.resource, `not what ${request.agent} sent`));
    return asSent(await commitOne(inner, { ...request, writes }), request);
  }),
  'skips a version': onSomeCommits(['expected', 'no-writer'], async (inner, request) => {
    const between = { ...request, commitId: `${request.commitId}-between`, tokenBound: false };
    const writes = request.writes.map((write): Write => contentWrite(write.resource, hashOf(request.commitId)));
    const reply = await commitOne(inner, { ...between, writes });
    return reply.status === 'committed' ? commitOne(inner, await forced(inner, request)) : reply;
  }),
  'acknowledges without applying': onSomeCommits(
    ['stale', 'one-writer', 'no-writer', 'content', 'revision'],
    async (inner, request) => {
      const { heads, revision } = await inner.read(
        request.space,
        request.writes.map((write) => write.resource),
      );
      const lies = request.writes.map((write, index): Head => {
        const version = (heads[index]?.version ?? 0) + 1;
        const hash = write.kind === 'delete' ? '' : write.hash;
        const { agent, at } = request;
        return { resource: write.resource, version, revision: revision + 1, born: 1, hash, agent, at, deleted: false };
      });
      return { status: 'committed', revision: revision + 1, heads: lies };
    },
  ),
  'applies a commit twice': onSomeCommits(['no-writer', 'stale', 'one-writer'], async (inner, request) => {
    const reply = await commitOne(inner, request);
    const again = { ...request, commitId: `${request.commitId}-again`, tokenBound: false };
    if (reply.status === 'committed') await commitOne(inner, await forced(inner, again));
    return reply;
  }),
};
