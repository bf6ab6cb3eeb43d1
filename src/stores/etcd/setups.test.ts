// etcd as it is set up for production: users and passwords, TLS, a quota that is used up.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createAuthority, opensslIsInstalled, textIn } from '../../../test/support/certificates.ts';
import { countOf, countUp } from '../../../test/support/count-up.ts';
import { base64, useEtcd } from '../../../test/support/etcd-desk.ts';
import { askEtcd, etcdIsInstalled } from '../../../test/support/etcd-server.ts';
import { guardOf, makeRequest, writeOf } from '../conformance/index.ts';
import { createEtcdStore } from '../etcd.ts';

const isReady = etcdIsInstalled();

describe.skipIf(!isReady)('etcd with users', () => {
  const { node, cluster, openStore } = useEtcd();

  it('[ET22] a user signs in, and again when the session is over; without rights nothing goes', async () => {
    for (const [path, body] of [
      ['user/add', { name: 'root', password: 'r' }],
      ['role/add', { name: 'root' }],
      ['user/grant', { user: 'root', role: 'root' }],
      ['user/add', { name: 'ann', password: 'a' }],
      ['role/add', { name: 'entente' }],
      // entente/ to entente0
      [
        'role/grant',
        { name: 'entente', perm: { permType: 'READWRITE', key: 'ZW50ZW50ZS8=', range_end: 'ZW50ZW50ZTA=' } },
      ],
      ['user/grant', { user: 'ann', role: 'entente' }],
      ['auth/enable', {}],
    ] as const) {
      await askEtcd(node(), `auth/${path}`.replace('auth/auth/', 'auth/'), body);
    }
    const ann = { name: 'ann', password: 'a' };
    const store = openStore('entente', { user: ann });
    await countUp(store, { agent: 'ann', times: 2 });
    // Its sessions end with it.
    await cluster().nodes[0]?.kill();
    await cluster().nodes[0]?.start();
    await countUp(store, { agent: 'ann', times: 2 });
    expect(await countOf(store)).toBe('4');
    for (const [prefix, user] of [
      ['elsewhere', ann],
      ['entente', undefined],
      ['entente', { name: 'ann', password: 'wrong' }],
    ] as const) {
      const other = openStore(prefix, user === undefined ? {} : { user });
      const error: unknown = await other.epoch().catch((fault: unknown) => fault);
      expect(error).toMatchObject({ code: 'store-unavailable' });
      expect(String(error)).not.toContain('wrong');
    }
  });
});

describe.skipIf(!isReady)('etcd over TLS', () => {
  const { cluster, openStore } = useEtcd({ tls: true });

  it('[ET23] speaks TLS with an authority of its own, and trusts nobody else', async () => {
    const ca = readFileSync(join(cluster().folder, 'n0', 'fixtures', 'client', 'cert.pem'), 'utf8');
    const store = openStore('entente', { tls: { ca } });
    await countUp(store, { agent: 'ann', times: 2 });
    expect(await countOf(store)).toBe('2');
    expect(
      await openStore('entente', { tls: {} })
        .epoch()
        .catch((error: unknown) => error),
    ).toMatchObject({
      code: 'store-unavailable',
    });
  });
});

const mayAsk = isReady && opensslIsInstalled();

describe.skipIf(!mayAsk)('etcd that asks clients who they are', () => {
  const authority = mayAsk ? createAuthority() : undefined;
  const server = authority?.sign('server');
  const files = { 'cert-file': server?.cert, 'key-file': server?.key, 'trusted-ca-file': authority?.ca };
  const flags = Object.entries(files).flatMap(([name, file]) => [`--${name}`, file ?? '']);
  const { cluster, openStore } = useEtcd({ tls: true, flags: ['--client-cert-auth', ...flags] });
  afterAll(() => authority?.remove());

  it('[ET27] a certificate in the address lets a client in, and without one nobody comes in', async () => {
    if (authority === undefined) throw new Error('no authority');
    const { cert, key } = authority.sign('ann');
    const asked = new URLSearchParams({ cacert: authority.ca, cert, key });
    const store = createEtcdStore({ url: `${cluster().url}?${asked}`, onWarning: () => undefined });
    await countUp(store, { agent: 'ann', times: 2 });
    expect(await countOf(store)).toBe('2');
    await store.close();
    const texts = { ca: textIn(authority.ca), cert: textIn(cert), key: textIn(key) };
    expect(await countOf(openStore('entente', { tls: texts }))).toBe('2');
    const stranger = createAuthority();
    const other = stranger.sign('ann');
    for (const tls of [{ ca: texts.ca }, { ca: texts.ca, cert: textIn(other.cert), key: textIn(other.key) }]) {
      const error: unknown = await openStore('entente', { tls, timeoutMs: 1000 })
        .epoch()
        .catch((fault: unknown) => fault);
      expect(error).toMatchObject({ code: 'store-unavailable' });
    }
    stranger.remove();
  });
});

describe.skipIf(!isReady)('etcd that is full', () => {
  const { node, openStore, put } = useEtcd({ flags: ['--quota-backend-bytes', '2500000'] });

  it('[ET24] a quota that is used up is store-full with nothing stored, and the store goes on when there is room', async () => {
    const store = openStore('entente');
    const epoch = await store.epoch();
    const { space } = makeRequest(epoch);
    await put('ballast', 'x'.repeat(1_000_000));
    const fill = (n: number) =>
      makeRequest(epoch, { guards: [guardOf(`f${n}`)], writes: [writeOf(`f${n}`, new Uint8Array(100_000).fill(n))] });
    let landed = 0;
    for (;;) {
      const [reply] = await store.commit([fill(landed)]);
      // The one that uses up the last of it is done, although etcd calls itself full already: then it is the second answer.
      if (reply?.status === 'committed' || reply?.status === 'replayed') landed += 1;
      else {
        expect(reply).toMatchObject({ status: 'unavailable', error: { code: 'store-full' } });
        break;
      }
    }
    expect((await store.counts(space)).commits).toBe(landed);
    expect(await store.read(space, [guardOf(`f${landed}`).resource])).toMatchObject({ heads: [undefined] });
    await askEtcd(node(), 'kv/deleterange', { key: base64('ballast') });
    const { header } = (await askEtcd(node(), 'kv/range', { key: base64('x') })) as { header: { revision: string } };
    await askEtcd(node(), 'kv/compaction', { revision: header.revision, physical: true });
    await askEtcd(node(), 'maintenance/defragment', {});
    for (const { alarm, memberID } of await alarms()) {
      await askEtcd(node(), 'maintenance/alarm', { action: 'DEACTIVATE', memberID, alarm });
    }
    expect((await store.commit([fill(landed)]))[0]?.status).toBe('committed');
    expect((await store.counts(space)).commits).toBe(landed + 1);
  });

  async function alarms(): Promise<readonly { readonly memberID: string; readonly alarm: string }[]> {
    const { alarms: found } = await askEtcd(node(), 'maintenance/alarm', { action: 'GET' });
    return (found ?? []) as readonly { readonly memberID: string; readonly alarm: string }[];
  }
});
