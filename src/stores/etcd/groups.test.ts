// Groups of commits in etcd: what a batch comes to, several servers on one cluster, the log in segments, wake-ups.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countOf, countUp } from '../../../test/support/count-up.ts';
import { useEtcd, wholeLog } from '../../../test/support/etcd-desk.ts';
import { etcdIsInstalled } from '../../../test/support/etcd-server.ts';
import type { Head } from '../../core/version.ts';
import { verifyStore } from '../../verify/index.ts';
import { guardOf, makeRequest, writeOf } from '../conformance/index.ts';
import { createMemoryStore } from '../memory.ts';
import type { CommitReply, CommitRequest, LogEntry, Store } from '../store.ts';

const SPACE = makeRequest('').space;
const isLong = process.env['ENTENTE_LONG'] !== undefined;

describe.skipIf(!etcdIsInstalled())('etcd', () => {
  const { freshPrefix, openStore, keysBelow } = useEtcd();

  describe('groups', () => {
    const resources = ['a', 'b', 'c'];
    const arbitraryStep = fc.record({
      resource: fc.constantFrom(...resources),
      premise: fc.option(fc.constantFrom(...resources), { nil: undefined }),
      body: fc.constantFrom<'1' | '2' | 'delete'>('1', '2', 'delete'),
      /** How many commits ago the guard was read. */
      late: fc.integer({ min: 0, max: 2 }),
      id: fc.integer({ min: 0, max: 30 }),
      record: fc.option(fc.constantFrom('r', 's'), { nil: undefined }),
    });

    it('[ET1] a batch answers and leaves what its requests would one at a time, in array order', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(arbitraryStep, { minLength: 1, maxLength: 8 }), { maxLength: 6 }),
          async (batches) => {
            const one = openStore();
            const other = createMemoryStore();
            const past = new Map<Store, (Head | undefined)[][]>([
              [one, []],
              [other, []],
            ]);
            for (const steps of batches) {
              const answers = await Promise.all(
                [one, other].map(async (store) => {
                  const seen = past.get(store) ?? [];
                  const { heads } = await store.read(
                    SPACE,
                    resources.map((name) => guardOf(name).resource),
                  );
                  seen.unshift([...heads]);
                  return store.commit(requestsOf(steps, seen, await store.epoch()));
                }),
              );
              expect(answers[0]?.map(plain)).toEqual(answers[1]?.map(plain));
              // That of a refusal is the one behind all of its group.
              const revisions = (answers[0] ?? []).flatMap((reply) =>
                reply.status === 'committed' ? [reply.revision] : [],
              );
              expect(revisions).toEqual([...revisions].sort((left, right) => left - right));
            }
            expect((await wholeLog(one, SPACE)).map(said)).toEqual((await wholeLog(other, SPACE)).map(said));
            const counts = await Promise.all([one, other].map((store) => store.counts(SPACE)));
            expect({ ...counts[0], revision: 0 }).toEqual({ ...counts[1], revision: 0 });
            await one.close();
          },
        ),
        { numRuns: isLong ? 500 : 20 },
      );
    });

    type Step = typeof arbitraryStep extends fc.Arbitrary<infer T> ? T : never;

    function requestsOf(steps: readonly Step[], past: (Head | undefined)[][], epoch: string): CommitRequest[] {
      return steps.map(({ resource, premise, body, late, id, record }) => {
        const seen = past[Math.min(late, past.length - 1)] ?? [];
        const guard = (name: string) => guardOf(name, seen[resources.indexOf(name)]);
        return makeRequest(epoch, {
          commitId: `commit-${id}`,
          fingerprint: JSON.stringify([resource, body]),
          at: id,
          guards: premise === undefined || premise === resource ? [guard(resource)] : [guard(premise), guard(resource)],
          writes: [writeOf(resource, body === 'delete' ? { delete: true } : body)],
          records: record === undefined ? [] : [{ kind: 'k', id: record, value: body, expected: 0 }],
        });
      });
    }

    /** A reply without what each store counts in its own way. */
    function plain(reply: CommitReply): unknown {
      if (reply.status === 'replayed') return { status: reply.status, entry: said(reply.entry) };
      if (reply.status === 'committed') return { status: reply.status, heads: reply.heads.map(plainHead) };
      if (reply.status !== 'stale') return reply;
      const { status, staleRecords } = reply;
      return { status, staleRecords, resources: reply.heads.map(({ resource }) => resource).sort() };
    }

    const plainHead = ({ revision: _, born: __, ...head }: Head): unknown => head;

    const said = ({ commitId, fingerprint, at, heads, guards }: LogEntry): unknown => ({
      commitId,
      fingerprint,
      at,
      heads: heads.map(plainHead),
      guards: guards.map(({ resource, hash }) => [resource, hash]),
    });

    it('[ET2] commits of several stores have one order, none is lost or doubled, and each has a revision', async () => {
      const prefix = freshPrefix();
      const stores = [0, 1, 2].map(() => openStore(prefix));
      await Promise.all(stores.map((store, index) => countUp(store, { agent: `agent-${index}`, times: 15 })));
      const [store] = stores as [Store];
      const entries = await wholeLog(store, SPACE);
      expect(new Set(entries.map(({ revision }) => revision)).size).toBe(45);
      expect(await countOf(store)).toBe('45');
      expect(await verifyStore(store, SPACE)).toMatchObject({ ok: true, entries: 45 });
    });

    it('[ET28] with transactions under way beside each other none is lost or doubled, and what touches one waits for it', async () => {
      const store = openStore();
      const epoch = await store.epoch();
      const answered: number[] = [];
      /** Goes on from its own last version, and reads a resource of a neighbour with each. */
      const lane = async (index: number): Promise<void> => {
        let head: Head | undefined;
        for (let round = 0; round < 4; round += 1) {
          const sent = Math.max(0, ...answered);
          const { heads } = await store.read(SPACE, [guardOf(`lane/${(index + 1) % 80}`).resource]);
          const premise = guardOf(`lane/${(index + 1) % 80}`, heads[0]);
          const write = writeOf(`lane/${index}`, `${round}`);
          const guards = [guardOf(`lane/${index}`, head), ...(round === 2 ? [premise] : [])];
          const [reply] = await store.commit([makeRequest(epoch, { guards, writes: [write] })]);
          if (reply?.status === 'stale') round -= 1;
          else if (reply?.status !== 'committed') throw new Error(`${reply?.status}`);
          else {
            expect(reply.revision).toBeGreaterThan(sent);
            answered.push(reply.revision);
            [head] = reply.heads;
          }
        }
      };
      const counting = [0, 1, 2, 3].map((index) => countUp(store, { agent: `agent-${index}`, times: 5 }));
      await Promise.all([...Array.from({ length: 80 }, (_, index) => lane(index)), ...counting]);
      expect(await countOf(store)).toBe('20');
      expect(new Set(answered).size).toBe(320);
      expect(await verifyStore(store, SPACE)).toMatchObject({ ok: true, entries: 340 });
    });

    it('[ET3] a log of many segments is read on from every place, whoever closed them', async () => {
      const prefix = freshPrefix();
      const stores = [openStore(prefix), openStore(prefix)];
      for (let round = 0; round < 8; round += 1) {
        const statuses = await Promise.all(stores.map((store, index) => fill(store, `r/${round}/${index}`, 50)));
        expect(new Set(statuses.flat())).toEqual(new Set(['committed']));
      }
      const [store] = stores as [Store];
      const whole = await wholeLog(store, SPACE);
      expect(whole.length).toBe(800);
      expect(await keysBelow(`${prefix}/g/`)).toBeGreaterThan(0);
      expect((await wholeLog(stores[1] as Store, SPACE, 37)).map(({ revision }) => revision)).toEqual(
        whole.map(({ revision }) => revision),
      );
      for (const at of [0, 255, 256, 257, 511, 640, 798]) {
        const page = await store.log(SPACE, whole[at]?.revision ?? 0, 3);
        expect(page.status === 'ok' && page.entries).toEqual(whole.slice(at + 1, at + 4));
      }
      await store.trim(SPACE, whole[600]?.revision ?? 0);
      expect((await store.log(SPACE, whole[599]?.revision ?? 0, 1)).status).toBe('gone');
      const rest = await store.log(SPACE, whole[600]?.revision ?? 0, 1000);
      expect(rest.status === 'ok' && rest.entries).toEqual(whole.slice(601));
      expect(await keysBelow(`${prefix}/i/`)).toBe(199);
    });

    async function fill(store: Store, name: string, count: number): Promise<string[]> {
      const epoch = await store.epoch();
      const requests = Array.from({ length: count }, (_, at) =>
        makeRequest(epoch, { guards: [guardOf(`${name}/${at}`)], writes: [writeOf(`${name}/${at}`, { hash: 'h' })] }),
      );
      return (await store.commit(requests)).map(({ status }) => status);
    }

    it('[ET4] a commit of one store wakes who waits at another', async () => {
      const prefix = freshPrefix();
      const [here, there] = [openStore(prefix), openStore(prefix)];
      await countUp(here, { agent: 'ann', times: 1 });
      const stop = new AbortController();
      let seen = 0;
      for await (const _ of there.wake(SPACE, stop.signal)) {
        const { commits } = await there.counts(SPACE);
        if (commits === 3) stop.abort();
        else if (commits > seen && commits === 1) void countUp(here, { agent: 'ann', times: 2 });
        seen = commits;
      }
      expect(seen).toBe(3);
    });
  });
});
