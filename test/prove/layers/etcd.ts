// L7: three nodes of etcd whose leader is killed and stopped under load, with compactions while readers follow.
import { createController } from '../../../src/controller/controller.ts';
import { createClient, SPACE } from '../../../src/stores/conformance/client.ts';
import { createEtcdStore } from '../../../src/stores/etcd.ts';
import type { Store } from '../../../src/stores/store.ts';
import { askEtcd, type EtcdCluster, type EtcdNode, startEtcd } from '../../support/etcd-server.ts';
import { type Ack, audit, wholeLog } from '../audit.ts';
import { Absent, demand, type Layer } from '../frame.ts';
import { raise } from '../raise.ts';

const WRITERS = 8;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Status {
  readonly header?: { readonly member_id: string; readonly revision: string };
  readonly leader?: string;
}

async function statusOf(node: EtcdNode): Promise<Status> {
  return (await askEtcd(node.url, 'maintenance/status', {}).catch(() => ({}))) as Status;
}

async function leaderOf({ nodes }: EtcdCluster): Promise<EtcdNode> {
  for (;;) {
    for (const node of nodes) {
      const { header, leader } = await statusOf(node);
      if (header !== undefined && header.member_id === leader) return node;
    }
    await pause(20);
  }
}

/** Forgets what etcd itself keeps of old revisions: the log must not need it. */
async function compact(cluster: EtcdCluster): Promise<void> {
  const node = await leaderOf(cluster);
  const { header } = await statusOf(node);
  if (header !== undefined)
    await askEtcd(node.url, 'kv/compaction', { revision: header.revision }).catch(() => undefined);
}

/** Follows the feed until it is stopped; answers the revisions that it was told, in that order. */
async function follow(store: Store, epoch: string, signal: AbortSignal): Promise<readonly number[]> {
  const told: number[] = [];
  for (let last = 0; !signal.aborted; ) {
    try {
      for await (const item of createController({ store }).feed(`${epoch}:${last}`, { signal })) {
        if (item.type !== 'commit') continue;
        told.push(item.revision);
        last = item.revision;
      }
    } catch (error) {
      // Nobody answers while there is no leader: the cursor goes on from where it was.
      if ((error as { readonly code?: string }).code !== 'store-unavailable') throw error;
      await pause(20);
    }
  }
  return told;
}

export const etcd: Layer = {
  id: 'L7',
  title: 'etcd, three nodes: the leader killed and stopped under load, compactions under a reader',
  async run({ stores, size, random, tally, note }) {
    if (!stores.has('etcd')) throw new Absent('etcd is not installed: apt-get install etcd-server');
    const [kills, pauses, commits] = [size(1, 3, 60), size(0, 1, 20), size(40, 5000, 200_000)];
    const cluster = await startEtcd({ nodes: 3, fsync: true });
    const open = [0, 1, 2].map(() =>
      createEtcdStore({ url: `${cluster.url}?prefix=proof`, timeoutMs: 2000, onWarning: () => undefined }),
    );
    const [first] = open as [Store];
    const stop = new AbortController();
    try {
      const { epoch } = await createClient(first);
      const acks: Ack[] = [];
      const following = follow(open[2] as Store, epoch, stop.signal);
      const working = Promise.all(
        Array.from({ length: WRITERS }, (_, index) =>
          raise(open[index % 2] as Store, `writer-${index}`, () => acks.length < commits, acks, tally),
        ),
      );
      const faults = [...Array<'kill'>(kills).fill('kill'), ...Array<'pause'>(pauses).fill('pause')];
      let compactions = 0;
      for (const [done, fault] of random.shuffle(faults).entries()) {
        const due = Math.floor((commits * (done + 1)) / (faults.length + 1));
        for (let next = acks.length + 500; acks.length < due; await pause(5)) {
          if (acks.length < next) continue;
          await compact(cluster);
          compactions += 1;
          next = acks.length + 500;
        }
        const node = await leaderOf(cluster);
        if (fault === 'kill') {
          await node.kill();
          await pause(300);
          await node.start();
        } else {
          node.pause();
          await pause(1000 + random.below(2000));
          node.resume();
        }
        tally.faults += 1;
      }
      const unknowns = (await working).reduce((sum, one) => sum + one, 0);
      await audit(first, SPACE, acks, tally);
      const log = (await wholeLog(first, SPACE)).map(({ revision }) => revision);
      // The reader has the end within moments. What it was told is the log, once and in order.
      await pause(1500);
      stop.abort();
      const told = await following;
      const missing = log.filter((revision) => !told.includes(revision)).length;
      tally.gaps += missing;
      tally.operations += told.length;
      const same = told.length === log.length && told.every((revision, index) => revision === log[index]);
      demand(same, `a reader was told ${told.length} of ${log.length} commits, ${missing} are missing`);
      note(
        `${kills} kills of the leader, ${pauses} pauses, ${compactions} compactions, ${unknowns} unknown answers, all settled; ` +
          'no partitions and no full quota yet',
      );
    } finally {
      stop.abort();
      await Promise.all(open.map((store) => store.close()));
      await cluster.remove();
    }
  },
};
