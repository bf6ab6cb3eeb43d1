// Writers on a store whose servers die: each settles a commit before it makes the next, and says what it was told.
import { guardOf, makeRequest, SPACE, writeOf } from '../../src/stores/conformance/client.ts';
import type { CommitReply, CommitRequest, Store } from '../../src/stores/store.ts';
import { persist } from '../support/count-up.ts';
import type { Ack } from './audit.ts';
import { demand, type Tally } from './frame.ts';

interface Settled {
  readonly reply: CommitReply;
  /** How often the answer was that nobody knows. */
  readonly unknown: number;
}

/** Sends the same again until the answer is certain. */
async function settle(store: Store, request: CommitRequest): Promise<Settled> {
  for (let unknown = 0; ; ) {
    const [reply] = await store.commit([request]);
    if (reply === undefined) throw new Error('no reply');
    if (reply.status !== 'unknown' && reply.status !== 'unavailable') return { reply, unknown };
    if (reply.status === 'unknown') unknown += 1;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Writes a resource of its own, and a shared one now and then, until it is told to stop; each commit is settled before the next. */
export async function raise(
  store: Store,
  agent: string,
  goesOn: () => boolean,
  acks: Ack[],
  tally: Tally,
): Promise<number> {
  const epoch = await persist(() => store.epoch());
  let unknowns = 0;
  for (let count = 0; goesOn(); count += 1) {
    // What all write makes them wait for one another: now and then, so that there are clashes, and commits all the same.
    const names = count % 4 === 0 ? [`own/${agent}`, 'shared'] : [`own/${agent}`];
    const { heads } = await persist(() =>
      store.read(
        SPACE,
        names.map((name) => guardOf(name).resource),
      ),
    );
    const guards = names.map((name, index) => guardOf(name, heads[index]));
    const writes = names.map((name) => writeOf(name, `${agent} ${count}`));
    const request = makeRequest(epoch, { agent, commitId: `${agent}-${count}`, guards, writes });
    const { reply, unknown } = await settle(store, request);
    tally.operations += 1;
    unknowns += unknown;
    if (reply.status === 'committed') acks.push({ agent, commitId: request.commitId, revision: reply.revision });
    else if (reply.status === 'replayed') {
      acks.push({ agent, commitId: request.commitId, revision: reply.entry.revision });
    } else demand(reply.status === 'stale', `${agent} was told ${reply.status}`);
  }
  return unknowns;
}
