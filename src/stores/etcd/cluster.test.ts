// Three nodes: the leader is killed and stopped under load. What was acknowledged is there once, what was unknown is
// settled by sending the same again. ENTENTE_LONG=1 does it for longer.
import { describe, expect, it } from 'vitest';
import { countOf, countUp, type Doubts, persist } from '../../../test/support/count-up.ts';
import { useEtcd } from '../../../test/support/etcd-desk.ts';
import { askEtcd, type EtcdNode, etcdIsInstalled } from '../../../test/support/etcd-server.ts';
import { verifyStore } from '../../verify/index.ts';
import { makeRequest } from '../conformance/index.ts';
import type { Store } from '../store.ts';

const SPACE = makeRequest('').space;
const isLong = process.env['ENTENTE_LONG'] !== undefined;

describe.skipIf(!etcdIsInstalled())('three nodes', () => {
  const { cluster, openStore, freshPrefix } = useEtcd({ nodes: 3, fsync: true });

  async function leader(): Promise<EtcdNode> {
    for (;;) {
      for (const node of cluster().nodes) {
        const { header, leader: id } = (await askEtcd(node.url, 'maintenance/status', {}).catch(() => ({}))) as {
          readonly header?: { readonly member_id: string };
          readonly leader?: string;
        };
        if (header !== undefined && header.member_id === id) return node;
      }
    }
  }

  /** Waits until so many more commits are there. */
  async function progress(store: Store, more: number, end: number): Promise<void> {
    const { commits } = await persist(() => store.counts(SPACE));
    const wanted = Math.min(commits + more, end);
    while ((await persist(() => store.counts(SPACE))).commits < wanted) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  const WRITERS = 6;

  /** Writers on two stores, one number each and one that all share, while something is done to the leader. */
  async function underLoad(times: number, rounds: number, disturb: (node: EtcdNode) => Promise<void>): Promise<void> {
    const prefix = freshPrefix();
    const [one, other] = [openStore(prefix, { timeoutMs: 2000 }), openStore(prefix, { timeoutMs: 2000 })];
    const doubts: Doubts = { unknown: 0, unavailable: 0, replayed: 0 };
    const working = Promise.all(
      Array.from({ length: WRITERS }, async (_, index) => {
        const store = index % 2 === 0 ? one : other;
        const agent = `agent-${index}`;
        await countUp(store, { agent, times, resource: `own-${index}`, doubts });
        await countUp(store, { agent, times: 5, doubts });
      }),
    );
    const total = WRITERS * (times + 5);
    for (let round = 0; round < rounds; round += 1) {
      await progress(one, Math.floor((WRITERS * times) / (rounds + 1)), total);
      await disturb(await leader());
    }
    await working;
    for (let index = 0; index < WRITERS; index += 1) expect(await countOf(one, `own-${index}`)).toBe(String(times));
    expect(await countOf(one)).toBe(String(WRITERS * 5));
    expect((await one.counts(SPACE)).commits).toBe(total);
    expect(await verifyStore(one, SPACE)).toMatchObject({ ok: true, entries: total });
    if (isLong) process.stderr.write(`${total} commits, ${rounds} times: ${JSON.stringify(doubts)}\n`);
  }

  it('[ET15] the leader is killed under load: nothing acknowledged is lost, nothing lands twice, unknowns are settled', async () => {
    await underLoad(isLong ? 500 : 40, isLong ? 12 : 2, async (node) => {
      await node.kill();
      await new Promise((resolve) => setTimeout(resolve, 300));
      await node.start();
    });
  });

  it('[ET16] the leader is stopped for a while under load and goes on as if nothing was: commits stay right (T20)', async () => {
    await underLoad(isLong ? 200 : 30, isLong ? 8 : 1, async (node) => {
      node.pause();
      await new Promise((resolve) => setTimeout(resolve, isLong ? 5000 : 1500));
      node.resume();
    });
  });
});
