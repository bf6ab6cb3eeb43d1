// What is PostgreSQL's own: batches, several servers on one database, connections that break, servers that die, and
// set-ups that are refused.
import fc from 'fast-check';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { persist } from '../../../test/support/count-up.ts';
import { isPostgresBatch, openCuttingProxy } from '../../../test/support/cutting-proxy.ts';
import { type PostgresServer, startPostgres } from '../../../test/support/postgres-server.ts';
import { createRandom } from '../../../test/support/random.ts';
import { hashOf } from '../../core/hash.ts';
import type { Head } from '../../core/version.ts';
import { verifyStore } from '../../verify/index.ts';
import { guardOf, makeRequest, writeOf } from '../conformance/index.ts';
import { createMemoryStore } from '../memory.ts';
import { createPostgresStore, type PostgresClient, type PostgresStoreOptions } from '../postgres.ts';
import type { CommitReply, CommitRequest, Guard, Store } from '../store.ts';
import { HISTORY, LIST, RECORDS, RECORDS_IN_STATE } from './reads.ts';
import { migrations } from './schema.ts';

const SPACE = makeRequest('').space;

let server: PostgresServer;
let admin: postgres.Sql;
let serial = 0;
const open: Store[] = [];

beforeAll(async () => {
  server = await startPostgres();
  admin = postgres(server.url, { max: 1, onnotice: () => undefined });
});

afterAll(async () => {
  await Promise.all(open.map((store) => store.close()));
  await admin.end({ timeout: 1 });
  await server.remove();
});

function freshSchema(): string {
  serial += 1;
  return `own_${serial}`;
}

function openStore(options: Partial<PostgresStoreOptions> = {}): Store {
  const store = createPostgresStore({ url: server.url, schema: freshSchema(), connections: 2, ...options });
  open.push(store);
  return store;
}

interface PlanNode {
  readonly [field: string]: unknown;
  readonly Plans?: readonly PlanNode[];
}

/** Rows that the scans of a plan have read, those included that they threw away. */
function rowsRead(node: PlanNode): number {
  if (node.Plans !== undefined) return node.Plans.map(rowsRead).reduce((sum, rows) => sum + rows, 0);
  const rows = Number(node['Actual Rows']) + Number(node['Rows Removed by Filter'] ?? 0);
  return rows * Number(node['Actual Loops']);
}

/** Counts up a number in one resource until `times` commits of this agent are acknowledged. */
async function countUp(store: Store, agent: string, times: number): Promise<void> {
  const epoch = await store.epoch();
  for (let done = 0; done < times; ) {
    const { heads } = await persist(() => store.read(SPACE, [guardOf('counter').resource]));
    const [head] = heads;
    const bytes = head === undefined ? undefined : await persist(() => store.content(head.hash));
    const text = String(Number(new TextDecoder().decode(bytes)) + 1);
    const request = makeRequest(epoch, {
      agent,
      guards: [guardOf('counter', head)],
      writes: [writeOf('counter', text)],
    });
    if ((await settle(store, request)).status === 'committed') done += 1;
  }
}

/** Sends the same again until the answer is certain. */
async function settle(store: Store, request: CommitRequest): Promise<CommitReply> {
  for (;;) {
    const [reply] = await store.commit([request]);
    if (reply === undefined) throw new Error('no reply');
    if (reply.status === 'replayed') {
      const { revision, heads } = reply.entry;
      return { status: 'committed', revision, heads };
    }
    if (reply.status !== 'unknown' && reply.status !== 'unavailable') return reply;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('batches', () => {
  const resources = ['a', 'b', 'c'];
  const arbitraryStep = fc.record({
    resource: fc.constantFrom(...resources),
    premise: fc.option(fc.constantFrom(...resources), { nil: undefined }),
    body: fc.constantFrom<'1' | '2' | 'delete'>('1', '2', 'delete'),
    /** How many commits ago the guard was read. */
    late: fc.integer({ min: 0, max: 2 }),
    id: fc.integer({ min: 0, max: 30 }),
    record: fc.option(fc.constantFrom('r', 's'), { nil: undefined }),
    /** The guard names the version that the steps before it come to, if they all land. */
    named: fc.boolean(),
  });
  type Step = typeof arbitraryStep extends fc.Arbitrary<infer S> ? S : never;
  type Seen = readonly (Pick<Head, 'version' | 'revision' | 'hash'> | undefined)[];

  /** The second one of the last batch is behind one that is a mismatch, and the third one writes what it compares. */
  const plainStep: Step = {
    resource: 'a',
    premise: undefined,
    body: '1',
    late: 0,
    id: 0,
    record: undefined,
    named: false,
  };
  const brokenChain: Step[][] = [
    [plainStep],
    [
      { ...plainStep, resource: 'c' },
      { ...plainStep, resource: 'c', premise: 'b', id: 1, named: true },
      { ...plainStep, resource: 'b', id: 2 },
      plainStep,
    ],
  ];

  /** `past`: the heads as they were, the newest first. */
  function requestsOf(steps: readonly Step[], past: readonly Seen[], epoch: string): CommitRequest[] {
    const next = new Map(resources.map((name, at) => [name, { version: 0, hash: '', ...past[0]?.[at] }]));
    return steps.map(({ resource, premise, body, late, id, record, named }) => {
      const seen = past[Math.min(late, past.length - 1)] ?? [];
      const guard = (name: string): Guard => guardOf(name, seen[resources.indexOf(name)] as Head | undefined);
      const { version = 0, hash = '' } = next.get(resource) ?? {};
      next.set(resource, { version: version + 1, hash: body === 'delete' ? '' : hashOf(body) });
      // What was deleted, or never was, has no version to be named by.
      const own = named && hash !== '' ? { ...guardOf(resource), hash, version } : guard(resource);
      return makeRequest(epoch, {
        commitId: `commit-${id}`,
        fingerprint: JSON.stringify([resource, body]),
        at: id,
        guards: premise === undefined || premise === resource ? [own] : [guard(premise), own],
        writes: [writeOf(resource, body === 'delete' ? { delete: true } : body)],
        records: record === undefined ? [] : [{ kind: 'k', id: record, value: body, expected: 0 }],
      });
    });
  }

  it('[PG1] a batch answers and leaves what its requests would one at a time, in array order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(arbitraryStep, { minLength: 1, maxLength: 8 }), { maxLength: 6 }),
        async (batches) => {
          const one = openStore();
          const other = createMemoryStore();
          const past: Seen[] = [];
          for (const steps of batches) {
            const { heads } = await other.read(
              SPACE,
              resources.map((name) => guardOf(name).resource),
            );
            past.unshift([...heads]);
            const answers = await one.commit(requestsOf(steps, past, await one.epoch()));
            const wanted = await other.commit(requestsOf(steps, past, await other.epoch()));
            expect(answers.map(plain)).toEqual(wanted.map(plain));
          }
          expect(await one.log(SPACE, 0, 100)).toEqual(await other.log(SPACE, 0, 100));
          expect(await one.counts(SPACE)).toEqual(await other.counts(SPACE));
          await one.close();
        },
      ),
      { numRuns: 25, examples: [[brokenChain]] },
    );
  });

  it('[PG1] calls at once are one batch, and what a broken chain compared is looked at before the calls after it', async () => {
    const answers: unknown[][] = [];
    for (const store of [openStore(), createMemoryStore()]) {
      const epoch = await store.epoch();
      const [before = [], steps = []] = brokenChain;
      await store.commit(requestsOf(before, [], epoch));
      const { heads } = await store.read(
        SPACE,
        resources.map((name) => guardOf(name).resource),
      );
      const requests = requestsOf(steps, [heads], epoch);
      const replies = await Promise.all(requests.map((request) => store.commit([request])));
      answers.push(replies.flat().map(plain));
    }
    expect(answers[0]).toEqual(answers[1]);
  });

  it('[PG16] a commitId that another commit had is a mismatch, and those beside it in the batch are committed', async () => {
    const store = openStore();
    const epoch = await store.epoch();
    const on = (name: string, commitId?: string): CommitRequest =>
      makeRequest(epoch, {
        ...{ guards: [guardOf(name)], writes: [writeOf(name, '1')], fingerprint: `intent on ${name}` },
        ...(commitId === undefined ? {} : { commitId }),
      });
    await store.commit([on('a', 'taken')]);
    const requests = [on('b'), on('c', 'taken'), { ...on('d', 'taken'), tokenBound: true }, on('e')];
    const replies = await Promise.all(requests.map((request) => store.commit([request])));
    expect(replies.flat().map(({ status }) => status)).toEqual(['committed', 'mismatch', 'mismatch', 'committed']);
    const { items } = await store.list(SPACE, '', {});
    expect(items.map(({ resource }) => resource)).toEqual(['a', 'b', 'e']);
    expect((await verifyStore(store, SPACE)).ok).toBe(true);
  });

  it('[PG18] batches of plain commits answer and leave what they would one at a time, with guards that hold or not', async () => {
    const plainRequests = fc.array(
      fc.array(
        fc.record({
          resource: fc.constantFrom(...resources),
          body: fc.constantFrom<'1' | '2'>('1', '2'),
          late: fc.constantFrom(0, 0, 0, 1),
          id: fc.integer({ min: 0, max: 40 }),
          lie: fc.constantFrom(false, false, false, true),
        }),
        { minLength: 1, maxLength: 4 },
      ),
      { minLength: 2, maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(plainRequests, async (batches) => {
        const [one, other] = [openStore(), createMemoryStore()];
        const past: Seen[] = [];
        const first = resources.map((resource, id) => ({ ...plainStep, resource, id: 50 + id }));
        for (const [index, steps] of [first, ...batches].entries()) {
          const ids = resources.map((name) => guardOf(name).resource);
          past.unshift([...(await other.read(SPACE, ids)).heads]);
          const made = async (store: Store): Promise<CommitRequest[]> =>
            requestsOf(
              steps.map((step) => ({ ...plainStep, ...step })),
              past,
              await store.epoch(),
            ).map((request, place) => {
              const lies = index > 0 && batches[index - 1]?.[place]?.lie === true;
              return lies
                ? { ...request, guards: request.guards.map((guard) => ({ ...guard, hash: hashOf('lie') })) }
                : request;
            });
          const answers = await one.commit(await made(one));
          const wanted = await other.commit(await made(other));
          expect(answers.map(plain)).toEqual(wanted.map(plain));
        }
        expect(await one.log(SPACE, 0, 100)).toEqual(await other.log(SPACE, 0, 100));
        expect(await one.history(SPACE, guardOf('a').resource, {})).toEqual(
          await other.history(SPACE, guardOf('a').resource, {}),
        );
        await one.close();
      }),
      { numRuns: 25 },
    );
  });

  /** A store that tells which functions of the database it calls. */
  function openTold(): { store: Store; calls: string[]; end: () => Promise<void> } {
    const pool = postgres(server.url, { max: 2, onnotice: () => undefined });
    const calls: string[] = [];
    const client: PostgresClient = {
      unsafe: (query, parameters, options) => {
        const [, name] = /from \S+\.(commit_\w+)\(/.exec(query) ?? [];
        if (name !== undefined) calls.push(name);
        return pool.unsafe(query, parameters as never, options) as never;
      },
      begin: (work) => pool.begin((sql) => work(sql as unknown as PostgresClient)),
      listen: (channel, hear) => pool.listen(channel, hear),
      end: async () => undefined,
    };
    return { store: openStore({ client }), calls, end: () => pool.end({ timeout: 1 }) };
  }

  it('[PG18] a plain commit is one call of its own function; one whose guard does not hold goes the common way after it', async () => {
    const { store, calls, end } = openTold();
    const epoch = await store.epoch();
    const put = async (text: string, guard: Guard): Promise<CommitReply | undefined> =>
      (await store.commit([makeRequest(epoch, { guards: [guard], writes: [writeOf('a', text)] })]))[0];
    const made = await put('0', guardOf('a'));
    const head = made?.status === 'committed' ? made.heads[0] : undefined;
    expect((await put('1', guardOf('a', head)))?.status).toBe('committed');
    expect(calls.splice(0)).toEqual(['commit_batch', 'commit_plain']);
    expect((await put('2', guardOf('a', head)))?.status).toBe('stale');
    expect(calls).toEqual(['commit_plain', 'commit_batch']);
    await end();
  });

  interface ChainStep {
    readonly text: string;
    /** Says that it goes on from something else. */
    readonly lies: boolean;
    /** A merge, with a receipt. */
    readonly merged: boolean;
  }

  /** Each goes on from the one before it, the first one from `head`, which it names by its version or by its revision. */
  function chainOf(steps: readonly ChainStep[], head: Head, byVersion: boolean, epoch: string): CommitRequest[] {
    let { version, hash } = head;
    return steps.map(({ text, lies, merged }, n) => {
      const known = n === 0 && !byVersion ? guardOf('a', head) : { ...guardOf('a'), version, hash };
      version += 1;
      hash = hashOf(text);
      const commitId = `${head.version} ${n}`;
      return makeRequest(epoch, {
        ...{ commitId, fingerprint: text, at: version, writes: [writeOf('a', text)] },
        guards: [lies ? { ...known, hash: hashOf('lie') } : known],
        ...(merged ? { keeps: [`receipt of ${text}`], meta: { outcome: 'merged', strategy: 'merge(text)' } } : {}),
      });
    });
  }

  it('[PG22] a chain answers and leaves what its commits would one at a time, whole or broken', async () => {
    const step = fc.record({
      text: fc.constantFrom('1', '2', '3', '4'),
      lies: fc.constantFrom(false, false, false, false, true),
      merged: fc.boolean(),
    });
    const chain = fc.record({ steps: fc.array(step, { minLength: 1, maxLength: 6 }), byVersion: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(chain, { minLength: 2, maxLength: 6 }), async (chains) => {
        const schema = freshSchema();
        const both = [openStore({ schema }), createMemoryStore()];
        // What was committed by another process is not at hand here.
        const other = openStore({ schema });
        const left: unknown[] = [];
        for (const store of both) {
          const epoch = await store.epoch();
          const first = { guards: [guardOf('a')], writes: [writeOf('a', '0')], commitId: 'first', at: 0 };
          const answers: unknown[] = [await store.commit([makeRequest(epoch, first)])];
          for (const { steps, byVersion } of chains) {
            const [head] = (await store.read(SPACE, [guardOf('a').resource])).heads;
            answers.push((await store.commit(chainOf(steps, head as Head, byVersion, epoch))).map(plain));
          }
          const { heads } = await store.read(SPACE, [guardOf('a').resource]);
          const reader = store === both[0] ? other : store;
          const names = ['0', '1', '2', '3', '4'].flatMap((text) => [text, `receipt of ${text}`]);
          const contents = await Promise.all(names.map((text) => reader.content(hashOf(text))));
          const texts = contents.map((bytes) => Buffer.from(bytes ?? []).toString());
          const history = await store.history(SPACE, guardOf('a').resource, {});
          left.push({
            answers,
            heads,
            history,
            texts,
            log: await store.log(SPACE, 0, 100),
            counts: await store.counts(SPACE),
          });
        }
        expect(left[0]).toEqual(left[1]);
        await Promise.all([both[0]?.close(), other.close()]);
      }),
      { numRuns: 40 },
    );
  });

  it('[PG22] a chain is one call of its own function; one that is broken goes the common way after it', async () => {
    const { store, calls, end } = openTold();
    const epoch = await store.epoch();
    await store.commit([makeRequest(epoch, { guards: [guardOf('a')], writes: [writeOf('a', '0')] })]);
    calls.length = 0;
    const step = (text: string): ChainStep => ({ text, lies: false, merged: true });
    const send = async (steps: readonly ChainStep[]): Promise<readonly string[]> => {
      const [head] = (await store.read(SPACE, [guardOf('a').resource])).heads;
      return (await store.commit(chainOf(steps, head as Head, true, epoch))).map(({ status }) => status);
    };
    expect(await send([step('1'), step('2'), step('3')])).toEqual(['committed', 'committed', 'committed']);
    expect(calls.splice(0)).toEqual(['commit_chain']);
    expect(await send([{ ...step('4'), lies: true }])).toEqual(['stale']);
    expect(calls.splice(0)).toEqual(['commit_chain', 'commit_batch']);
    expect(await send([step('5')])).toEqual(['committed']);
    expect((await store.counts(SPACE)).merged).toBe(4);
    expect((await verifyStore(store, SPACE)).ok).toBe(true);
    await end();
  });

  it('[PG18] a plain commit to a space that somebody took away is refused', async () => {
    const schema = freshSchema();
    const store = openStore({ schema });
    await countUp(store, 'ann', 2);
    const [head] = (await store.read(SPACE, [guardOf('counter').resource])).heads;
    await admin.unsafe(`delete from "${schema}".space`);
    const request = makeRequest(await store.epoch(), {
      guards: [guardOf('counter', head)],
      writes: [writeOf('counter', '3')],
    });
    expect(await store.commit([request])).toMatchObject([
      { status: 'unavailable', error: { code: 'store-unavailable' } },
    ]);
  });

  it('[PG19] what goes on from a commit under way is sent right behind it, and lands', async () => {
    const store = openStore();
    const epoch = await store.epoch();
    const [made] = await store.commit([makeRequest(epoch, { guards: [guardOf('a')], writes: [writeOf('a', '0')] })]);
    let head = made?.status === 'committed' ? made.heads[0] : undefined;
    const answers: Promise<readonly CommitReply[]>[] = [];
    for (let round = 1; round <= 40; round += 1) {
      const write = writeOf('a', String(round));
      const guard =
        round === 1 ? guardOf('a', head) : { ...guardOf('a'), version: round, hash: hashOf(String(round - 1)) };
      answers.push(Promise.resolve(store.commit([makeRequest(epoch, { guards: [guard], writes: [write] })])));
      // Some wait together, and some come when others are on their way.
      if (round % 3 === 0) await new Promise(setImmediate);
    }
    const replies = (await Promise.all(answers)).flat();
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 'committed'));
    head = (await store.read(SPACE, [guardOf('a').resource])).heads[0];
    expect([head?.version, head?.hash]).toEqual([41, hashOf('40')]);
    expect((await verifyStore(store, SPACE)).ok).toBe(true);
  });

  it('[PG19] nothing goes on from what is of another epoch', async () => {
    const store = openStore();
    const epoch = await store.epoch();
    const write = (text: string): Pick<CommitRequest, 'writes'> => ({ writes: [writeOf('a', text)] });
    const [made] = await store.commit([makeRequest(epoch, { guards: [guardOf('a')], ...write('0') })]);
    const head = made?.status === 'committed' ? made.heads[0] : undefined;
    const foreign = makeRequest('another', { guards: [guardOf('a', head)], ...write('1') });
    const named = { ...guardOf('a'), version: 2, hash: hashOf('1') };
    const replies = await store.commit([foreign, makeRequest(epoch, { guards: [named], ...write('2') })]);
    expect(replies.map(({ status }) => status)).toEqual(['epoch-changed', 'stale']);
    expect((await store.read(SPACE, [guardOf('a').resource])).heads).toEqual([head]);
    expect((await verifyStore(store, SPACE)).ok).toBe(true);
  });

  it('[PG20] a small content lies with its version; whoever else needs it has it when that version is trimmed', async () => {
    const store = openStore();
    const epoch = await store.epoch();
    const put = async (name: string, text: string, more: Partial<CommitRequest> = {}): Promise<void> => {
      const [head] = (await store.read(SPACE, [guardOf(name).resource])).heads;
      const request = makeRequest(epoch, { guards: [guardOf(name, head)], writes: [writeOf(name, text)] });
      expect(await store.commit([{ ...request, ...more }])).toMatchObject([{ status: 'committed' }]);
    };
    await put('a', 'shared');
    await put('b', 'shared');
    await put('c', 'held');
    const value = { base: { hash: hashOf('held') }, current: { hash: hashOf('not yet') }, proposed: { hash: '' } };
    await put('c', 'after', { records: [{ kind: 'conflict', id: 'one', state: 'open', value, expected: 0 }] });
    await put('c', 'not yet');
    await put('c', 'last');
    await put('a', 'last');
    await store.trim(SPACE, (await store.counts(SPACE)).revision);
    const there = async (): Promise<boolean[]> =>
      Promise.all(
        ['shared', 'held', 'not yet', 'after', 'last'].map(
          async (text) => (await store.content(hashOf(text))) !== undefined,
        ),
      );
    expect(await there()).toEqual([true, true, true, false, true]);
    await put('b', 'other');
    await put('d', 'closes', { records: [{ kind: 'conflict', id: 'one', state: 'closed', value, expected: 4 }] });
    await put('d', 'more');
    await store.trim(SPACE, (await store.counts(SPACE)).revision);
    expect(await there()).toEqual([false, false, false, false, true]);
  });
});

/** The revision of a stale answer is that of the batch's end here, and of the request's place there. */
function plain(reply: CommitReply): unknown {
  if (reply.status !== 'stale') return reply;
  const { status, staleRecords } = reply;
  return { status, staleRecords, resources: reply.heads.map(({ resource }) => resource).sort() };
}

describe('several servers on one database', () => {
  it('[PG2] commits of several stores have one order without holes, and none is lost or doubled', async () => {
    const schema = freshSchema();
    const stores = [0, 1, 2].map(() => openStore({ schema }));
    await Promise.all(stores.map((store, index) => countUp(store, `agent-${index}`, 20)));
    const [store] = stores as [Store];
    const page = await store.log(SPACE, 0, 1000);
    expect(page.status === 'ok' && page.entries.map(({ revision }) => revision)).toEqual(
      Array.from({ length: 60 }, (_, index) => index + 1),
    );
    const { heads } = await store.read(SPACE, [guardOf('counter').resource]);
    expect(new TextDecoder().decode(await store.content(heads[0]?.hash ?? ''))).toBe('60');
    expect((await verifyStore(store, SPACE)).ok).toBe(true);
  });

  it('[PG3] a commit of one store wakes who waits at another', async () => {
    const schema = freshSchema();
    const [here, there] = [openStore({ schema }), openStore({ schema })];
    await countUp(here, 'ann', 1);
    const stop = new AbortController();
    let seen = 0;
    for await (const _ of there.wake(SPACE, stop.signal)) {
      seen = (await there.counts(SPACE)).revision;
      if (seen === 3) stop.abort();
      else if (seen === 1) void countUp(here, 'ann', 2);
    }
    expect(seen).toBe(3);
  });

  it('[PG4] contents that a trim lets go of stay where a commit at the same time needs them', async () => {
    const schema = freshSchema();
    const [writer, trimmer] = [openStore({ schema }), openStore({ schema })];
    const epoch = await writer.epoch();
    let running = true;
    const trimming = (async () => {
      while (running) await trimmer.trim(SPACE, (await trimmer.counts(SPACE)).revision);
    })();
    for (let round = 0; round < 60; round += 1) {
      const id = guardOf('flip').resource;
      const { heads } = await writer.read(SPACE, [id]);
      const writes = [writeOf('flip', round % 2 === 0 ? 'heads' : 'tails')];
      const [reply] = await writer.commit([makeRequest(epoch, { guards: [guardOf('flip', heads[0])], writes })]);
      expect(reply?.status).toBe('committed');
      const now = (await writer.read(SPACE, [id])).heads[0];
      expect(await writer.content(now?.hash ?? '')).toBeDefined();
    }
    running = false;
    await trimming;
  });
});

describe('faults', () => {
  it('[PG5] a connection that is lost at a commit is unknown, and the same again settles it: one effect each', async () => {
    const random = createRandom(5).next;
    const proxy = await openCuttingProxy(server.url, { random, before: 0.2, after: 0.2, isRequest: isPostgresBatch });
    const { port } = new URL(proxy.url);
    const url = Object.assign(new URL(server.url), { port }).href;
    const store = openStore({ url });
    await countUp(store, 'ann', 40);
    expect(proxy.cuts.before).toBeGreaterThan(0);
    expect(proxy.cuts.after).toBeGreaterThan(0);
    expect((await store.counts(SPACE)).commits).toBe(40);
    await store.close();
    await proxy.close();
  });

  it('[PG12] a new connection asks for nothing of its own, and takes names with every sign of an array', async () => {
    let types = 0;
    const isRequest = (chunk: Buffer): boolean => {
      if (chunk.includes('pg_type')) types += 1;
      return false;
    };
    const proxy = await openCuttingProxy(server.url, { random: () => 1, before: 0, after: 0, isRequest });
    const { port } = new URL(proxy.url);
    const store = openStore({ url: Object.assign(new URL(server.url), { port }).href });
    const epoch = await store.epoch();
    const names = ['a,b', '{}', '"', 'NULL', "it's", 'ä 语'];
    const request = makeRequest(epoch, {
      guards: names.map((name) => guardOf(name)),
      writes: names.map((name) => writeOf(name, name)),
    });
    expect(await settle(store, request)).toMatchObject({ status: 'committed' });
    const { heads } = await store.read(
      SPACE,
      request.writes.map(({ resource }) => resource),
    );
    expect(heads.map((head) => head?.resource)).toEqual(names);
    expect((await store.read(SPACE, [])).heads).toEqual([]);
    expect(types).toBe(0);
    await store.close();
    await proxy.close();
  });

  it('[PG6] transactions in each other’s way are tried again; what else the server says is told in our words', async () => {
    const pool = postgres(server.url, { max: 2, onnotice: () => undefined });
    const states = ['40001', '40P01', '40001'];
    const faulty = (next: () => string | undefined): PostgresClient => ({
      unsafe: (query, parameters, options) => {
        const code = /commit_(batch|plain)\(/.test(query) && !query.includes('create') ? next() : undefined;
        if (code === undefined) return pool.unsafe(query, parameters as never, options) as never;
        return Promise.reject(Object.assign(new Error('injected'), { code, severity: 'ERROR' }));
      },
      begin: (work) => pool.begin((sql) => work(sql as unknown as PostgresClient)),
      listen: (channel, hear) => pool.listen(channel, hear),
      end: async () => undefined,
    });
    const request = async (store: Store): Promise<CommitRequest> =>
      makeRequest(await store.epoch(), { guards: [guardOf('a')], writes: [writeOf('a', '1')] });
    const patient = openStore({ client: faulty(() => states.shift()), random: () => 0 });
    expect((await patient.commit([await request(patient)]))[0]?.status).toBe('committed');
    for (const [state, code] of [
      ['53100', 'store-full'],
      ['55P03', 'store-locked'],
      ['25006', 'read-only'],
      ['XX001', 'store-corrupt'],
      ['EN001', 'revision-overflow'],
    ] as const) {
      const store = openStore({ client: faulty(() => state) });
      const [reply] = await store.commit([await request(store)]);
      expect(reply).toMatchObject({ status: 'unavailable', error: { code } });
    }
    await pool.end({ timeout: 1 });
  });

  it('[PG23] small questions of one turn are sent as one piece', async () => {
    let pieces = 0;
    const isRequest = (): boolean => {
      pieces += 1;
      return false;
    };
    const proxy = await openCuttingProxy(server.url, { random: () => 1, before: 0, after: 0, isRequest });
    const { port } = new URL(proxy.url);
    const store = openStore({ url: Object.assign(new URL(server.url), { port }).href, connections: 8 });
    const { resource } = guardOf('a');
    const ask = (): Promise<unknown> =>
      Promise.all([
        store.record(SPACE, 'policy', 'x'),
        store.history(SPACE, resource, {}),
        store.read(SPACE, [resource]),
      ]);
    // The first time a connection is made, and each statement is described.
    await ask();
    await ask();
    pieces = 0;
    await ask();
    expect(pieces).toBe(1);
    await store.close();
    await proxy.close();
  });

  it('[PG7] a space that another session keeps locked is store-locked after the timeout, and nothing is written', async () => {
    const schema = freshSchema();
    const store = openStore({ schema, timeoutMs: 200 });
    await countUp(store, 'ann', 1);
    await admin.begin(async (sql) => {
      await sql.unsafe(`select 1 from "${schema}".space for update`);
      const epoch = await store.epoch();
      const [reply] = await store.commit([makeRequest(epoch, { guards: [guardOf('b')], writes: [writeOf('b', '1')] })]);
      expect(reply).toMatchObject({ status: 'unavailable', error: { code: 'store-locked' } });
    });
    expect((await store.counts(SPACE)).commits).toBe(1);
  });

  it('[PG8] a server that is killed under load has every acknowledged commit when it is back, and none twice', async () => {
    const own = await startPostgres();
    const schema = freshSchema();
    const store = openStore({ url: own.url, schema, timeoutMs: 1000 });
    await store.epoch();
    const working = Promise.all([0, 1, 2, 3].map((agent) => countUp(store, `agent-${agent}`, 40)));
    for (let kill = 0; kill < 3; kill += 1) {
      const before = (await persist(() => store.counts(SPACE))).revision;
      for (let now = before; now < Math.min(before + 10, 160); ) {
        now = (await persist(() => store.counts(SPACE))).revision;
      }
      await own.stop('immediate');
      await own.start();
    }
    await working;
    expect((await store.counts(SPACE)).commits).toBe(160);
    expect((await verifyStore(store, SPACE)).ok).toBe(true);
    await store.close();
    await own.remove();
  });

  /** The tables as the fourth version had them, with functions and types of its own and of one before that it had left. */
  async function takeBack(schema: string): Promise<void> {
    const [tables = ''] = migrations;
    const old = (name: string): string =>
      tables
        .slice(tables.indexOf(`create table @.${name} (`))
        .split(/;\n\n/)[0]
        ?.replaceAll('@.', `"${schema}".`) ?? '';
    const types = ['batch_request', 'batch_guard', 'batch_write', 'batch_need', 'plain_request', 'chain_request'];
    await admin.unsafe(`set search_path to "${schema}"; ${old('version')}; ${old('entry')};
      insert into version select sid, revision, place, id, version, born, hash, size, media, agent, at, deleted
        from log where id is not null;
      insert into entry select e.sid, e.revision, decode(replace(e.key::text, '-', '') || repeat('0', 32), 'hex'), e.agent,
        e.commit_id, e.fingerprint, e.at, coalesce(e.guards, json_build_array(json_build_array(e.id, e.base, e.base_hash))::text),
        coalesce(e.meta, '{"outcome":"committed"}'), coalesce(e.holds, '{}') from log e where e.key is not null;
      insert into content as c select hash, count(*), (array_agg(bytes))[1] from log where bytes is not null group by hash
        on conflict (hash) do update set needed = c.needed + excluded.needed;
      drop type ${types.join(', ')} cascade;
      drop table log; alter table head drop column base, drop column base_hash;
      drop function trim_step;
      create type batch_write as (n integer);
      create type batch_need as (n integer);
      create function commit_batch(p_sid integer, p_writes batch_write[]) returns integer language sql as 'select 1';
      create function commit_batch(p_sid integer, p_epoch text, p_batch text[]) returns integer language sql as 'select 1';
      create function trim_step(p_sid integer, p_before bigint, p_most integer, out trimmed bigint, out more boolean)
        language sql as 'select 1::bigint, true';
      update meta set value = '4' where name = 'schema';
      reset search_path`);
  }

  it('[PG15] a database of an older schema is brought up to date by whoever comes first, and keeps what it has', async () => {
    const schema = freshSchema();
    const before = openStore({ schema });
    await countUp(before, 'ann', 6);
    const epoch = await before.epoch();
    const both = makeRequest(epoch, {
      guards: [guardOf('a'), guardOf('b')],
      writes: [writeOf('a', '1'), writeOf('b', 'x'.repeat(40_000))],
      keeps: ['kept'],
    });
    const silent = makeRequest(epoch, { records: [{ kind: 'k', id: 'r', state: 'open', value: 1, expected: 0 }] });
    await before.commit([both, silent]);
    const [b] = (await before.read(SPACE, [guardOf('b').resource])).heads;
    await before.commit([makeRequest(epoch, { guards: [guardOf('b', b)], writes: [writeOf('b', { delete: true })] })]);
    await before.trim(SPACE, 3);
    const all = async (store: Store): Promise<unknown> => ({
      log: await store.log(SPACE, 3, 100),
      heads: await store.list(SPACE, '', {}),
      histories: await Promise.all(['counter', 'a', 'b'].map((id) => store.history(SPACE, guardOf(id).resource, {}))),
      contents: await Promise.all(
        ['3', '6', '1', 'x'.repeat(40_000), 'kept'].map((text) => store.content(hashOf(text))),
      ),
      counts: await store.counts(SPACE),
    });
    const was = await all(before);
    await before.close();
    await takeBack(schema);
    const stores = [openStore({ schema }), openStore({ schema })] as const;
    expect(await Promise.all(stores.map(all))).toEqual([was, was]);
    const [store] = stores;
    expect((await store.commit([both]))[0]?.status).toBe('replayed');
    expect((await verifyStore(store, SPACE)).ok).toBe(true);
    await Promise.all(stores.map((one, index) => countUp(one, `writer-${index}`, 2)));
    expect((await store.counts(SPACE)).commits).toBe(13);
    await store.trim(SPACE, 13);
    expect((await verifyStore(store, SPACE)).ok).toBe(true);
    expect(await Promise.all(['6', 'kept', '10'].map((text) => store.content(hashOf(text))))).toEqual([
      undefined,
      undefined,
      new TextEncoder().encode('10'),
    ]);
    const left = await admin.unsafe(`select p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname = '${schema}' order by 1`);
    expect(left.map(({ proname }) => proname)).toEqual(['commit_batch', 'commit_chain', 'commit_plain', 'trim_step']);
  });

  it('[PG9] a server that is open while a newer one brings the database forward is told that, and nothing is written', async () => {
    const schema = freshSchema();
    const store = openStore({ schema });
    await countUp(store, 'ann', 1);
    await admin.unsafe(`drop function "${schema}".commit_batch; alter table "${schema}".record rename to other;
      update "${schema}".meta set value = '99' where name = 'schema'`);
    const request = makeRequest(await store.epoch(), { guards: [guardOf('b')], writes: [writeOf('b', '1')] });
    expect(await store.commit([request])).toMatchObject([{ status: 'unavailable', error: { code: 'store-newer' } }]);
    await expect(store.record(SPACE, 'conflict', 'one')).rejects.toMatchObject({ code: 'store-newer' });
    expect((await store.counts(SPACE)).commits).toBe(1);
  });

  it('[PG17] a page reads as many rows as it answers, however many there are beside them', async () => {
    const schema = freshSchema();
    await countUp(openStore({ schema }), 'ann', 1);
    const rows = 2000;
    await admin.unsafe(`
      insert into "${schema}".log (sid, revision, place, id, version, born, hash, deleted, agent, at, key, commit_id, fingerprint, guards)
        select sid, revision + n, place, id, version + n, born, hash, deleted, agent, at, gen_random_uuid(), commit_id, fingerprint, guards
        from "${schema}".log, generate_series(1, ${rows}) n;
      insert into "${schema}".head select sid, id || n, version, revision + n, born, hash, size, media, agent, at, deleted
        from "${schema}".head, generate_series(1, ${rows}) n;
      insert into "${schema}".record select sid, 'conflict', n::text, 'open', '{}', n, n, '{}'
        from "${schema}".space, generate_series(1, ${rows}) n`);
    await admin.unsafe(`analyze "${schema}".log, "${schema}".head, "${schema}".record`);
    const pages: readonly (readonly [string, readonly (string | number)[]])[] = [
      [HISTORY, [SPACE, 'counter', rows / 2, 10]],
      [LIST, [SPACE, 'counter', 'counter~', 'counter5', 10]],
      [RECORDS, [SPACE, 'conflict', rows / 2, '', 10]],
      [RECORDS_IN_STATE, [SPACE, 'conflict', rows / 2, '', 10, 'open']],
    ];
    await admin.unsafe('set plan_cache_mode = force_generic_plan');
    for (const [index, [statement, parameters]] of pages.entries()) {
      await admin.unsafe(`prepare page_${index} as ${statement.replaceAll('@.', `"${schema}".`)}`);
      const values = parameters.map((value) => `'${value}'`).join(', ');
      const [plan] = await admin.unsafe(`explain (analyze, format json) execute page_${index}(${values})`);
      expect(rowsRead(plan?.['QUERY PLAN'][0].Plan), statement).toBeLessThan(40);
    }
    await admin.unsafe('reset plan_cache_mode');
  });

  it('[PG9] what cannot work is told at the first call: no server, no database, a newer schema, a relaxed setting', async () => {
    const codeOf = (options: Partial<PostgresStoreOptions>): Promise<unknown> =>
      openStore(options)
        .epoch()
        .catch((error: unknown) => error);
    const nobody = await codeOf({ url: 'postgres://user:secret@127.0.0.1:1/none', timeoutMs: 1000 });
    expect(nobody).toMatchObject({ code: 'store-unavailable' });
    expect(String(nobody)).not.toContain('secret');
    expect(await codeOf({ url: server.url.replace(/postgres$/, 'none') })).toMatchObject({ code: 'store-unavailable' });
    const schema = freshSchema();
    await openStore({ schema }).epoch();
    await admin.unsafe(`update "${schema}".meta set value = '99' where name = 'schema'`);
    expect(await codeOf({ schema })).toMatchObject({ code: 'store-newer' });
    await admin.unsafe("create role hasty login; alter role hasty set synchronous_commit = 'off'");
    await admin.unsafe('grant create on database postgres to hasty');
    const store = openStore({ url: server.url.replace('postgres@', 'hasty@') });
    // The store's own sessions say what it needs, whatever the role's setting is.
    await countUp(store, 'ann', 1);
    expect(() => createPostgresStore({ url: 'mysql://x' })).toThrowError(/no address/);
    expect(() => createPostgresStore({ url: server.url, schema: 'no"good' })).toThrowError(/schema/);
  });
});
