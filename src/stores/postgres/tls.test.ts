// PostgreSQL over TLS: who is trusted, and a client that says by a certificate who it is.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Authority, createAuthority, opensslIsInstalled, textIn } from '../../../test/support/certificates.ts';
import { countOf, countUp } from '../../../test/support/count-up.ts';
import { errorCodeOf } from '../../../test/support/error-code.ts';
import { type PostgresServer, serverUser, startPostgres } from '../../../test/support/postgres-server.ts';
import { createPostgresStore, type PostgresStoreOptions } from '../postgres.ts';
import type { Store } from '../store.ts';
import { securedOf } from './tls.ts';

describe.skipIf(!opensslIsInstalled())('PostgreSQL over TLS', () => {
  let authority: Authority;
  let server: PostgresServer;
  const open: Store[] = [];
  const openStore = (url: string, options: Partial<PostgresStoreOptions> = {}): Store => {
    const store = createPostgresStore({ url, connections: 1, timeoutMs: 2000, onWarning: () => undefined, ...options });
    open.push(store);
    return store;
  };
  const fault = (store: Store): Promise<unknown> => Promise.resolve(store.epoch()).catch((error: unknown) => error);

  beforeAll(async () => {
    authority = createAuthority();
    const { cert, key } = authority.sign('server', serverUser);
    const rules = join(authority.folder, 'pg_hba.conf');
    writeFileSync(rules, 'hostssl all all 127.0.0.1/32 cert\n');
    const files = { ssl_cert_file: cert, ssl_key_file: key, ssl_ca_file: authority.ca, hba_file: rules };
    const settings = Object.entries({ ...files, ssl: 'on', fsync: 'off' }).map(([name, value]) => `${name}=${value}`);
    server = await startPostgres(settings);
  });

  afterAll(async () => {
    await Promise.all(open.map((store) => store.close()));
    await server.remove();
    authority.remove();
  });

  it('[PG13] a certificate in the address lets the client in, and the server is checked by name', async () => {
    const { cert, key } = authority.sign('postgres');
    const asked = new URLSearchParams({ sslrootcert: authority.ca, sslcert: cert, sslkey: key });
    const store = openStore(`${server.url}?${asked}`);
    await countUp(store, { agent: 'ann', times: 2 });
    expect(await countOf(store)).toBe('2');
    const texts = { ca: textIn(authority.ca), cert: textIn(cert), key: textIn(key) };
    expect(await countOf(openStore(server.url, { tls: texts }))).toBe('2');
    // Without one, or with that of somebody else, nobody comes in; without TLS neither.
    const mallory = authority.sign('mallory');
    for (const more of [
      `?sslrootcert=${authority.ca}`,
      `?sslrootcert=${authority.ca}&sslcert=${mallory.cert}&sslkey=${mallory.key}`,
      '?sslmode=disable',
      '',
    ])
      expect(await fault(openStore(server.url + more)), more).toMatchObject({ code: 'store-unavailable' });
  });

  it('[PG13] a server that another authority vouches for is not trusted, and told to be so', async () => {
    const other = createAuthority();
    const { cert, key } = authority.sign('postgres');
    const client = `sslcert=${cert}&sslkey=${key}`;
    const error = await fault(openStore(`${server.url}?sslrootcert=${other.ca}&${client}`));
    expect(error).toMatchObject({ code: 'store-unavailable', message: expect.stringContaining('certificate') });
    // What is not asked to be checked is not.
    expect(await fault(openStore(`${server.url}?sslmode=require&${client}`))).toEqual(expect.any(String));
    other.remove();
  });
});

describe('how a connection is secured', () => {
  it('[PG13] the names are those of PostgreSQL’s own tools; a certificate without a mode asks for the most', () => {
    const url = 'postgres://ann@db.example:5432/app';
    expect(securedOf(`${url}?application_name=x`, {})).toEqual({ url: `${url}?application_name=x` });
    expect(securedOf(url, { PGSSLMODE: 'disable' })).toEqual({ url, ssl: false });
    expect(securedOf(`${url}?sslmode=prefer`, {})).toEqual({ url, ssl: 'prefer' });
    expect(securedOf(`${url}?sslmode=require`, { PGSSLMODE: 'disable' }).ssl).toMatchObject({
      rejectUnauthorized: false,
    });
    expect(securedOf(`${url}?sslrootcert=system`, {})).toEqual({ url, ssl: { rejectUnauthorized: true } });
    const tls = { ca: 'CA', cert: 'C', key: 'K' };
    expect(securedOf(url, {}, tls).ssl).toEqual({ ...tls, rejectUnauthorized: true });
    expect(securedOf('postgres://10.0.0.1/app', {}, tls).ssl).toEqual({
      ...tls,
      rejectUnauthorized: true,
      host: '10.0.0.1',
    });
    expect(securedOf(`${url}?sslmode=require`, {}, tls).ssl).toMatchObject({ rejectUnauthorized: true });
    for (const wrong of ['sslmode=very', 'sslrootcert=/nowhere/ca.pem', 'sslcert=/dev/null'])
      expect([wrong, errorCodeOf(() => securedOf(`${url}?${wrong}`, {}))]).toEqual([wrong, 'misuse']);
  });
});
