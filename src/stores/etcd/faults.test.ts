// What goes wrong with etcd and around it: answers that are lost, contents in chunks and their trims, compaction, a new
// epoch, limits, and set-ups that are refused.
import { describe, expect, it } from 'vitest';
import { countOf, countUp, type Doubts, settle } from '../../../test/support/count-up.ts';
import { openCuttingProxy } from '../../../test/support/cutting-proxy.ts';
import { base64, useEtcd, wholeLog } from '../../../test/support/etcd-desk.ts';
import { askEtcd, etcdIsInstalled } from '../../../test/support/etcd-server.ts';
import { createRandom } from '../../../test/support/random.ts';
import { hashOf } from '../../core/hash.ts';
import { verifyStore } from '../../verify/index.ts';
import { guardOf, makeRequest, writeOf } from '../conformance/index.ts';
import { createMemoryStore } from '../memory.ts';
import type { CommitRequest, Store } from '../store.ts';

const SPACE = makeRequest('').space;

describe.skipIf(!etcdIsInstalled())('etcd', () => {
  const { node, freshPrefix, openStore, keysBelow, put, endLeases } = useEtcd();

  describe('contents', () => {
    const large = (fill: number): Uint8Array => new Uint8Array(2_500_000).fill(fill);

    /** The hash of the large content as the store has it. */
    async function hashIn(store: Store): Promise<string | undefined> {
      const bytes = await store.content(hashOf(large(1)));
      return bytes === undefined ? undefined : hashOf(bytes);
    }

    it('[ET5] a content larger than a request comes back as it went in, and goes when nobody needs it', async () => {
      const prefix = freshPrefix();
      const store = openStore(prefix);
      const epoch = await store.epoch();
      const guards = [guardOf('big')];
      const [reply] = await store.commit([makeRequest(epoch, { guards, writes: [writeOf('big', large(1))] })]);
      if (reply?.status !== 'committed') throw new Error(JSON.stringify(reply));
      expect(await keysBelow(`${prefix}/k/`)).toBe(3);
      expect(await hashIn(openStore(prefix))).toBe(hashOf(large(1)));
      const next = [guardOf('big', reply.heads[0])];
      const [again] = await store.commit([makeRequest(epoch, { guards: next, writes: [writeOf('big', 'small')] })]);
      if (again?.status !== 'committed') throw new Error(JSON.stringify(again));
      await store.trim(SPACE, reply.revision);
      expect(await hashIn(store)).toBe(hashOf(large(1)));
      await store.trim(SPACE, again.revision);
      // Its upload is still held by its lease: nobody can know whether the same is being sent again.
      await endLeases();
      await countUp(store, { agent: 'ann', times: 1 });
      await store.trim(SPACE, (await store.counts(SPACE)).revision);
      expect(await hashIn(store)).toBeUndefined();
      // What is left are the small ones.
      expect(await keysBelow(`${prefix}/k/`)).toBe(2);
      expect(await keysBelow(`${prefix}/x/`)).toBe(0);
    });

    it('[ET6] contents that a trim lets go of stay where a commit at the same time needs them', async () => {
      const prefix = freshPrefix();
      const [writer, trimmer] = [openStore(prefix), openStore(prefix)];
      const epoch = await writer.epoch();
      let running = true;
      const trimming = (async () => {
        while (running) await trimmer.trim(SPACE, (await trimmer.counts(SPACE)).revision);
      })();
      const reader = openStore(prefix);
      for (let round = 0; round < 40; round += 1) {
        const bodies = [new Uint8Array(200_000).fill(round % 2), `${round % 2}`];
        const body = bodies[round % 3 === 0 ? 0 : 1] as string;
        const { heads } = await writer.read(SPACE, [guardOf('flip').resource]);
        const guards = [guardOf('flip', heads[0])];
        const [reply] = await writer.commit([makeRequest(epoch, { guards, writes: [writeOf('flip', body)] })]);
        expect(reply?.status).toBe('committed');
        expect(await reader.content(hashOf(body))).toBeDefined();
        await reader.trim(SPACE, 0);
      }
      running = false;
      await trimming;
    });

    it('[ET25] large contents are kept by another store where one is given, and go from there', async () => {
      const prefix = freshPrefix();
      const shelf = createMemoryStore();
      const store = openStore(prefix, { contents: shelf });
      const epoch = await store.epoch();
      const guards = [guardOf('big')];
      const [reply] = await store.commit([makeRequest(epoch, { guards, writes: [writeOf('big', large(1))] })]);
      if (reply?.status !== 'committed') throw new Error(JSON.stringify(reply));
      expect(await keysBelow(`${prefix}/k/`)).toBe(2);
      expect(await shelf.content(hashOf(large(1)))).toBeDefined();
      const other = openStore(prefix, { contents: shelf });
      expect(await hashIn(other)).toBe(hashOf(large(1)));
      expect(await hashIn(openStore(prefix)).catch((error: unknown) => error)).toMatchObject({
        code: 'store-unavailable',
      });
      const next = [guardOf('big', reply.heads[0])];
      const [again] = await store.commit([makeRequest(epoch, { guards: next, writes: [writeOf('big', 'small')] })]);
      if (again?.status !== 'committed') throw new Error(JSON.stringify(again));
      await endLeases();
      await store.trim(SPACE, reply.revision);
      expect(await hashIn(store)).toBe(hashOf(large(1)));
      await store.trim(SPACE, again.revision);
      expect(await hashIn(store)).toBeUndefined();
      expect(await shelf.content(hashOf(large(1)))).toBeUndefined();
      // What is gone can come back.
      const third = [guardOf('big', again.heads[0])];
      const [back] = await store.commit([makeRequest(epoch, { guards: third, writes: [writeOf('big', large(1))] })]);
      expect(back?.status).toBe('committed');
      expect(await hashIn(other)).toBe(hashOf(large(1)));
    });

    it('[ET7] long values of records are kept as contents, and go with the record', async () => {
      const prefix = freshPrefix();
      const store = openStore(prefix);
      const epoch = await store.epoch();
      const value = { text: '語'.repeat(600_000) };
      const record = { kind: 'note', id: 'n' };
      const [made] = await store.commit([makeRequest(epoch, { records: [{ ...record, value, expected: 0 }] })]);
      if (made?.status !== 'committed') throw new Error(JSON.stringify(made));
      expect((await store.record(SPACE, 'note', 'n'))?.value).toEqual(value);
      const gone = { ...record, value: null, expected: made.revision };
      expect((await store.commit([makeRequest(epoch, { records: [gone] })]))[0]?.status).toBe('committed');
      await endLeases();
      await store.trim(SPACE, (await store.counts(SPACE)).revision);
      expect(await keysBelow(`${prefix}/k/`)).toBe(0);
    });

    it('[ET8] a commit of as many resources as one may have is one transaction; one more is too-large', async () => {
      const store = openStore();
      const epoch = await store.epoch();
      const sized = (count: number): CommitRequest => {
        const names = Array.from({ length: count }, (_, index) => `many/${index}`);
        return makeRequest(epoch, {
          guards: names.map((name) => guardOf(name)),
          writes: names.map((name) => writeOf(name, name)),
          records: names.slice(0, 8).map((id) => ({ kind: 'k', id, state: 's', value: id, expected: 0 })),
          keeps: ['kept'],
        });
      };
      const { maxGuards } = store.capabilities;
      expect((await store.commit([sized(maxGuards + 1)]))[0]).toMatchObject({ error: { code: 'too-large' } });
      const [reply] = await store.commit([sized(maxGuards)]);
      expect(reply).toMatchObject({ status: 'committed' });
      const stale = (await store.commit([sized(maxGuards)]))[0];
      expect(stale?.status === 'stale' && stale.heads.length).toBe(maxGuards);
    });
  });

  describe('faults', () => {
    it('[ET9] an answer that is lost is unknown, and the same again settles it: one effect each (T5)', async () => {
      const random = createRandom(5).next;
      const isCommit = (chunk: Buffer): boolean => chunk.includes('/v3/kv/txn') && chunk.includes('request_put');
      const proxy = await openCuttingProxy(node(), { random, before: 0.2, after: 0.2, isRequest: isCommit });
      const url = `etcd://${new URL(proxy.url).host}?prefix=${freshPrefix()}`;
      const store = openStore('', { url });
      const doubts: Doubts = { unknown: 0, unavailable: 0, replayed: 0 };
      await countUp(store, { agent: 'ann', times: 40, doubts });
      expect(proxy.cuts.before).toBeGreaterThan(0);
      expect(proxy.cuts.after).toBeGreaterThan(0);
      // Each that was cut after its effect is found to have landed.
      expect(doubts.replayed).toBeGreaterThan(0);
      expect(await countOf(store)).toBe('40');
      expect((await store.counts(SPACE)).commits).toBe(40);
      await store.close();
      await proxy.close();
    });

    it('[ET10] after a compaction the log is whole, and who followed goes on without a gap', async () => {
      const prefix = freshPrefix();
      const [store, other] = [openStore(prefix), openStore(prefix)];
      await countUp(store, { agent: 'ann', times: 10 });
      const stop = new AbortController();
      const seen: number[] = [];
      let after = 0;
      for await (const _ of other.wake(SPACE, stop.signal)) {
        const page = await other.log(SPACE, after, 100);
        if (page.status !== 'ok') throw new Error('the log is gone');
        seen.push(...page.entries.map(({ revision }) => revision));
        after = seen.at(-1) ?? 0;
        if (seen.length >= 20) stop.abort();
        else if (seen.length === 10) {
          await countUp(store, { agent: 'ann', times: 10 });
          const { header } = (await askEtcd(node(), 'kv/range', { key: base64('x') })) as {
            header: { revision: string };
          };
          await askEtcd(node(), 'kv/compaction', { revision: header.revision, physical: true });
        }
      }
      expect(seen).toEqual((await wholeLog(store, SPACE)).map(({ revision }) => revision));
      expect((await store.history(SPACE, guardOf('counter').resource, {})).items.length).toBe(20);
      expect((await verifyStore(store, SPACE)).ok).toBe(true);
    });

    it('[ET11] a new epoch, put beside a running store, is noticed: commits of the old one are refused', async () => {
      const prefix = freshPrefix();
      const store = openStore(prefix);
      const old = await store.epoch();
      await countUp(store, { agent: 'ann', times: 1 });
      const epoch = 'another-history-0001';
      await put(`${prefix}/epoch`, epoch);
      const request = makeRequest(old, { guards: [guardOf('b')], writes: [writeOf('b', '1')] });
      expect(await store.commit([request])).toEqual([{ status: 'epoch-changed', epoch }]);
      expect((await store.read(SPACE, [])).epoch).toBe(epoch);
      expect((await store.commit([{ ...request, epoch }]))[0]?.status).toBe('committed');
    });

    it('[ET12] what cannot work is told at the first call: nobody there, no etcd, a newer format', async () => {
      const codeOf = (store: Store): Promise<unknown> => store.epoch().catch((error: unknown) => error);
      const nobody = await codeOf(openStore('', { url: 'etcd://127.0.0.1:1,127.0.0.1:2', timeoutMs: 1000 }));
      expect(nobody).toMatchObject({ code: 'store-unavailable' });
      const prefix = freshPrefix();
      await openStore(prefix).epoch();
      await put(`${prefix}/format`, '2');
      expect(await codeOf(openStore(prefix))).toMatchObject({ code: 'store-newer' });
      const warnings: string[] = [];
      await openStore(freshPrefix(), { onWarning: (message) => warnings.push(message) }).epoch();
      expect(warnings.every((message) => message.includes('etcd'))).toBe(true);
    });

    it('[ET13] an endpoint that is away is passed over, for questions and for what was not sent', async () => {
      const url = `etcd://127.0.0.1:1,${new URL(node()).host}?prefix=${freshPrefix()}`;
      const store = openStore('', { url });
      await countUp(store, { agent: 'ann', times: 3 });
      expect(await countOf(store)).toBe('3');
    });

    it('[ET14] commits that are too large for etcd itself are too-large, not a reason to wait (T21)', async () => {
      const store = openStore();
      const epoch = await store.epoch();
      const notes = 'n'.repeat(500_000);
      const request = makeRequest(epoch, { guards: [guardOf('a')], meta: { outcome: 'aborted', note: notes } });
      expect((await store.commit([request]))[0]).toMatchObject({ status: 'unavailable', error: { code: 'too-large' } });
      expect((await settle(store, makeRequest(epoch, { guards: [guardOf('a')] }))).status).toBe('committed');
    });
  });
});
