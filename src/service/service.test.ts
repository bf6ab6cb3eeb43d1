// The service without HTTP: grants, keys and signing over one store that several servers share, and rehearsals.
import { describe, expect, it } from 'vitest';
import { as } from '../../test/support/desk.ts';
import { createTestStore } from '../../test/support/stores.ts';
import { createController } from '../controller/controller.ts';
import { parseSpace, type Space } from '../core/resource.ts';
import { decodeToken } from '../core/token.ts';
import { createMemoryStore } from '../stores/memory.ts';
import type { Store } from '../stores/store.ts';
import { lastWriterWins } from '../strategies/last-writer-wins.ts';
import { perform } from './operation.ts';
import { begin } from './operations/begin.ts';
import { commit } from './operations/commit.ts';
import { ALL_GRANTS, formatGrant, type Principal, parseGrant } from './principal.ts';
import { rehearsalStore } from './rehearsal.ts';
import { may, mayActAs, mayAll } from './rights.ts';
import { createService } from './service.ts';

const space = 'team' as Space;
const principal = (...grants: readonly string[]): Principal => ({
  id: 'k',
  name: 'ann' as never,
  grants: grants.map(parseGrant),
});

describe('grants', () => {
  it('[SV1] are read from text, and written back the same', () => {
    for (const text of ['read@default:notes/**', 'commit@*:**', 'act-as@team:writer-*', 'append-only@default:log.md'])
      expect(formatGrant(parseGrant(text))).toBe(text);
    expect(formatGrant(parseGrant('read'))).toBe('read@default:**');
    expect(formatGrant(parseGrant('read:a/*'))).toBe('read@default:a/*');
    for (const bad of ['', 'write:**', 'read:', 'read@', 'read@~entente', 'read:[a]', 'READ', 3, 'read:a\n{b}'])
      expect(() => parseGrant(bad)).toThrow();
  });

  it('[SV1] deny what none of them says', () => {
    const ann = principal('read@team:notes/**', 'commit@team:notes/*', 'act-as@team:w-*', 'policy@other');
    expect(may(ann, 'read', space, 'notes/a/b.md')).toBe(true);
    expect(may(ann, 'read', space, 'other.md')).toBe(false);
    expect(may(ann, 'read', 'default' as Space, 'notes/a.md')).toBe(false);
    expect(may(ann, 'commit', space, 'notes/a/b.md')).toBe(false);
    expect(may(ann, 'append-only', space, 'notes/a.md')).toBe(true);
    expect(may(principal('append-only@team'), 'commit', space, 'a')).toBe(false);
    expect(mayAll(ann, 'read', space)).toBe(false);
    expect(mayAll(ann, 'policy', space)).toBe(false);
    expect([mayActAs(ann, space, 'ann' as never), mayActAs(ann, space, 'w-1' as never)]).toEqual([true, true]);
    expect(mayActAs(ann, space, 'bob' as never)).toBe(false);
    expect(may({ ...ann, grants: ALL_GRANTS }, 'resolve-own', space, 'x')).toBe(true);
    expect(() => parseSpace('~entente')).toThrow(/kept for entente/);
  });
});

describe('servers of one store', () => {
  it('[SV2] that start at once have one signing key, and each opens what another signed', async () => {
    const store = createTestStore();
    const services = Array.from({ length: 5 }, () => createService({ store }));
    const texts = await Promise.all(services.map(({ signer }, index) => signer.sign('p1', { index })));
    expect(new Set(texts.map((text) => text.split('.')[1])).size).toBe(1);
    for (const { signer } of services)
      expect(await Promise.all(texts.map((text) => signer.open('p1', text)))).toEqual(
        texts.map((_, index) => ({ index })),
      );
    await services[0]?.signer.rotate();
    const fresh = (await services[0]?.signer.sign('p1', { fresh: true })) ?? '';
    expect(await services[1]?.signer.open('p1', fresh)).toEqual({ fresh: true });
    expect(await services[1]?.signer.open('p1', texts[0])).toEqual({ index: 0 });
    await expect(services[1]?.signer.open('c1', texts[0])).rejects.toMatchObject({ code: 'bad-token' });
  });

  it('[SV2] see within five seconds that a key was revoked by another', async () => {
    const store = createTestStore();
    const clock = { now: 1000 };
    const [one, two] = [0, 1].map(() => createService({ store, clock: () => clock.now }));
    const made = await one?.keys.create({ name: 'ann', grants: [] });
    await two?.keys.authenticate(made?.text);
    expect(await one?.keys.revoke(made?.info.id ?? '')).toBe(true);
    await expect(one?.keys.authenticate(made?.text)).rejects.toMatchObject({ code: 'unauthenticated' });
    clock.now += 5000;
    await expect(two?.keys.authenticate(made?.text)).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(await two?.keys.principal(made?.info.id ?? '')).toBeUndefined();
    expect(await one?.keys.revoke('nobody')).toBe(false);
    expect((await one?.keys.list())?.map(({ state }) => state)).toEqual(['revoked']);
  });

  it('[SV3] a token crosses to a program that handles it like its own, seal and all', async () => {
    const service = createService({ store: createTestStore() });
    const call = service.call({ principal: { ...principal(), grants: ALL_GRANTS }, space: 'team', requestId: 'r' });
    const draft = await perform(begin, call, { id: 'a.md' });
    const token = decodeToken(draft.token);
    expect(token).toMatchObject({ resource: 'a.md', agent: 'ann', space: 'team', seal: draft.token });
    const outcome = await perform(commit, call, { token: draft.token, content: 'x' });
    expect(outcome).toMatchObject({ status: 'committed', version: 1 });
    await expect(perform(commit, call, { token: draft.token, contents: 'x' })).rejects.toMatchObject({
      code: 'misuse',
    });
  });

  it('[SV4] spaces beyond the bound are closed and opened again without a loss', async () => {
    const service = createService({ store: createTestStore(), limits: { spaces: 2 } });
    const all = ['a', 'b', 'c', 'a'].map((name) => service.controller(name as Space));
    expect(all[0]).not.toBe(all[3]);
    expect(service.controller('a' as Space)).toBe(all[3]);
  });
});

describe('a store that is a class', () => {
  it('[SV6] is called as itself by what is measured and by a rehearsal', async () => {
    class Held {
      readonly inner = createMemoryStore();
    }
    for (const name of Object.keys(createMemoryStore()) as (keyof Store)[]) {
      const member = function (this: Held, ...given: never[]): unknown {
        return (this.inner[name] as (...all: never[]) => unknown)(...given);
      };
      Object.defineProperty(
        Held.prototype,
        name,
        name === 'capabilities' ? { get: () => createMemoryStore().capabilities } : { value: member },
      );
    }
    const store = new Held() as unknown as Store;
    const service = createService({ store });
    const call = service.call({ principal: { ...principal(), grants: ALL_GRANTS }, space: 'team', requestId: 'r' });
    const draft = await perform(begin, call, { id: 'a.md' });
    const would = await perform(commit, call, { token: draft.token, content: 'x', dryRun: true });
    expect(would).toMatchObject({ status: 'committed', version: 1 });
    expect(await perform(commit, call, { token: draft.token, content: 'x' })).toMatchObject({ status: 'committed' });
    expect(await call.controller.stats()).toMatchObject({ totalResources: 1 });
  });
});

describe('a rehearsal', () => {
  it('[SV5] answers as the store would, for every kind of commit, and writes nothing', async () => {
    const store = createTestStore();
    const real = createController({ store });
    const dry = createController({ store: rehearsalStore(store), policy: [['**', lastWriterWins()]] });
    const first = await real.begin('doc', { agent: 'ann' });
    expect(await dry.commit(first.token, { content: 'one' })).toMatchObject({
      status: 'committed',
      version: 1,
      revision: 1,
    });
    await real.commit(first.token, { content: 'one' });
    expect(await dry.commit(first.token, { content: 'one' })).toMatchObject({ status: 'committed', replayed: true });
    const stale = await real.begin('doc', { agent: 'bob' });
    const draft = await real.begin('doc', { agent: 'ann' });
    const { revision } = as(await real.commit(draft.token, { content: 'two' }), 'committed');
    expect(await dry.commit(stale.token, { content: 'three' })).toMatchObject({ status: 'conflict' });
    expect(await dry.commitOrResolve(stale.token, { content: 'three' })).toMatchObject({
      status: 'committed',
      version: 3,
    });
    await expect(dry.commit(first.token, { content: 'else' })).rejects.toMatchObject({ code: 'token-spent' });
    expect((await store.read('default' as Space, ['doc' as never])).heads[0]).toMatchObject({
      version: 2,
      revision,
    });
  });
});
