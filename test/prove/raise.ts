// Writers on a store whose servers die: each settles a commit before it makes the next, and writes down what it was told.
import type { Head } from '../../src/core/version.ts';
import { guardOf, makeRequest, SPACE, writeOf } from '../../src/stores/conformance/client.ts';
import type { CommitReply, CommitRequest, Store } from '../../src/stores/store.ts';
import type { HistoryOperation } from '../../src/verify/index.ts';
import { persist } from '../support/count-up.ts';
import type { Ack } from './audit.ts';
import { demand } from './frame.ts';
import { sharedClock } from './told.ts';

interface Settled {
  readonly reply: CommitReply;
  /** How often the answer was that nobody knows. */
  readonly unknown: number;
  /** When it was sent, for the first time and for the last, and when the last answer came. */
  readonly first: number;
  readonly last: number;
  readonly end: number;
}

/** Sends the same again until the answer is certain. */
async function settle(store: Store, request: CommitRequest): Promise<Settled> {
  const first = sharedClock();
  for (let unknown = 0; ; ) {
    const last = sharedClock();
    const [reply] = await store.commit([request]);
    if (reply === undefined) throw new Error('no reply');
    if (reply.status !== 'unknown' && reply.status !== 'unavailable') {
      return { reply, unknown, first, last, end: sharedClock() };
    }
    if (reply.status === 'unknown') unknown += 1;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export interface Raising {
  readonly goesOn: () => boolean;
  /** Takes what was acknowledged. */
  readonly acks: Ack[];
  /** Takes what was read, written and refused. */
  readonly told: HistoryOperation[];
}

type Heads = readonly (Head | undefined)[];

const versionOf = (head: Head | undefined): Pick<HistoryOperation, 'version' | 'hash' | 'revision'> => ({
  ...{ version: head?.version ?? 0, hash: head?.hash ?? '', revision: head?.revision ?? 0 },
});

/** Writes a resource of its own, and a shared one now and then, until it is told to stop; answers how many answers were unknown. */
export async function raise(store: Store, agent: string, { goesOn, acks, told }: Raising): Promise<number> {
  const epoch = await persist(() => store.epoch());
  let unknowns = 0;
  const tell = (operation: Omit<HistoryOperation, 'process' | 'outcome'>): void =>
    void told.push({ process: agent, outcome: 'ok', ...operation });

  async function look(names: readonly string[]): Promise<Heads> {
    let call = 0;
    const { heads } = await persist(() => {
      call = sharedClock();
      return store.read(
        SPACE,
        names.map((name) => guardOf(name).resource),
      );
    });
    const end = sharedClock();
    for (const [index, resource] of names.entries())
      tell({ resource, type: 'read', call, return: end, ...versionOf(heads[index]) });
    return heads;
  }

  for (let count = 0; goesOn(); count += 1) {
    // What all write makes them wait for one another: now and then, so that there are clashes, and commits all the same.
    const names = count % 4 === 0 ? [`own/${agent}`, 'shared'] : [`own/${agent}`];
    const heads = await look(names);
    const guards = names.map((name, index) => guardOf(name, heads[index]));
    const writes = names.map((name) => writeOf(name, `${agent} ${count}`));
    const request = makeRequest(epoch, { agent, commitId: `${agent}-${count}`, guards, writes });
    const { reply, unknown, first, last, end } = await settle(store, request);
    unknowns += unknown;
    if (reply.status === 'stale') {
      for (const resource of names) {
        const seen = reply.heads.find((head) => head.resource === resource);
        tell({ resource, type: 'conflict', call: last, return: end, ...versionOf(seen) });
      }
      continue;
    }
    demand(reply.status === 'committed' || reply.status === 'replayed', `${agent} was told ${reply.status}`);
    const { revision, heads: written } = reply.status === 'committed' ? reply : reply.entry;
    for (const head of written) {
      const expected = heads[names.indexOf(head.resource)]?.version ?? 0;
      const commit = `${agent}/${request.commitId}`;
      tell({ resource: head.resource, type: 'write', call: first, return: end, ...versionOf(head), expected, commit });
    }
    acks.push({ agent, commitId: request.commitId, revision });
  }
  return unknowns;
}
