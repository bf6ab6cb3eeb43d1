// What is done to three nodes of etcd while clients work on them: kills and pauses of the leader, cuts of a node from all
// others, compactions, a quota that is used up.
import { askEtcd, type EtcdCluster, type EtcdNode } from '../support/etcd-server.ts';
import type { NetSpaces } from '../support/net-spaces.ts';
import type { Random } from '../support/random.ts';

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Status {
  readonly header?: { readonly member_id: string; readonly revision: string };
  readonly leader?: string;
}

async function statusOf(node: EtcdNode): Promise<Status> {
  return (await askEtcd(node.url, 'maintenance/status', {}, undefined, 1000).catch(() => ({}))) as Status;
}

export async function leaderOf({ nodes }: EtcdCluster): Promise<EtcdNode> {
  for (;;) {
    for (const node of nodes) {
      const { header, leader } = await statusOf(node);
      if (header !== undefined && header.member_id === leader) return node;
    }
    await pause(20);
  }
}

/** Forgets what etcd itself keeps of old revisions: the log must not need it. */
export async function compact(cluster: EtcdCluster): Promise<void> {
  const node = await leaderOf(cluster);
  const { header } = await statusOf(node);
  if (header !== undefined)
    await askEtcd(node.url, 'kv/compaction', { revision: header.revision }).catch(() => undefined);
}

export const faultKinds = ['kill', 'pause', 'cut'] as const;
export type FaultKind = (typeof faultKinds)[number];

/** Does it, and undoes it after a while. The leader is who is hit, but for some of the cuts. */
export async function disturb(
  cluster: EtcdCluster,
  kind: FaultKind,
  { spaces, random }: { readonly spaces: NetSpaces | undefined; readonly random: Random },
): Promise<void> {
  const node = await leaderOf(cluster);
  if (kind === 'kill') {
    await node.kill();
    await pause(300);
    await node.start();
  } else if (kind === 'pause') {
    node.pause();
    await pause(1000 + random.below(2000));
    node.resume();
  } else if (spaces !== undefined) {
    const index = random.chance(0.7) ? cluster.nodes.indexOf(node) : random.below(cluster.nodes.length);
    spaces.cut(index);
    await pause(1500 + random.below(2000));
    spaces.join(index);
  }
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Puts what nobody needs until etcd takes no more; answers how many puts that took. */
export async function fillUp({ nodes: [node] }: EtcdCluster): Promise<number> {
  const value = base64('x'.repeat(1_000_000));
  for (let index = 0; ; index += 1) {
    try {
      await askEtcd(node?.url ?? '', 'kv/put', { key: base64(`~ballast/${index}`), value });
    } catch (error) {
      if (String(error).includes('space exceeded')) return index;
      throw error;
    }
  }
}

/** As docs/stores/etcd.md says: what is not needed goes, then a compaction, a defragmentation of each node, and the alarm is off. */
export async function makeRoom(cluster: EtcdCluster): Promise<void> {
  const { url } = await leaderOf(cluster);
  await askEtcd(url, 'kv/deleterange', { key: base64('~ballast/'), range_end: base64('~ballast0') });
  const { header } = (await askEtcd(url, 'kv/range', { key: base64('x') })) as { header: { revision: string } };
  await askEtcd(url, 'kv/compaction', { revision: header.revision, physical: true });
  for (const node of cluster.nodes) await askEtcd(node.url, 'maintenance/defragment', {});
  const { alarms = [] } = (await askEtcd(url, 'maintenance/alarm', { action: 'GET' })) as {
    readonly alarms?: readonly { readonly memberID: string; readonly alarm: string }[];
  };
  for (const { alarm, memberID } of alarms)
    await askEtcd(url, 'maintenance/alarm', { action: 'DEACTIVATE', memberID, alarm });
}
