// `keys` and `verify` behind a server: asked of it, told as on the store itself.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Desk, openDesk, type Ran, type RunOptions } from '../../test/support/command-line.ts';
import { type Caller, openServer, type Server } from '../../test/support/server.ts';
import { createClient } from '../client/client.ts';
import { hashOf } from '../core/hash.ts';
import { passThrough } from '../service/pass-through.ts';
import { createMemoryStore } from '../stores/memory.ts';

let desk: Desk;
let server: Server;
let ann: Caller;
/** Contents that the store has lost. */
const lost = new Set<string>();
beforeAll(async () => {
  desk = await openDesk({ bare: true });
  const inner = createMemoryStore();
  const store = {
    ...passThrough(inner),
    content: async (hash: string) => (lost.has(hash) ? undefined : inner.content(hash)),
  };
  server = await openServer({ store, http: { dashboard: false } });
  ann = await server.caller('ann');
  await ann.put('notes/a.md', 'one\n');
});
afterAll(async () => {
  await server.close();
  desk.close();
});

function run(argv: readonly string[], key: string = ann.key, options: RunOptions = {}): Promise<Ran> {
  return desk.run(argv, {
    ...options,
    env: { ENTENTE_STORE: server.url, ENTENTE_KEY: key, XDG_STATE_HOME: desk.path('state') },
  });
}

describe('keys behind a server', () => {
  it('[CT15] are made, listed and ended with the output that the store gives', async () => {
    const made = (
      await run(['keys', 'create', 'writer-1', '--grant', 'read:notes/**', '--expires', '30d', '--json'])
    ).json();
    expect(made).toMatchObject({
      ...{ name: 'writer-1', label: 'writer-1', state: 'active', grants: ['read@default:notes/**'], madeBy: ann.id },
      ...{ key: expect.stringMatching(/^ent_/), expires: expect.any(Number) },
    });
    expect((await run(['show', 'notes/a.md'], String(made['key']))).out).toBe('one\n');
    const plain = await run(['keys', 'create', 'writer-2', '--grant', 'read:**', '--label', 'the second']);
    expect([plain.code, /^ent_\S+\n$/.test(plain.out)]).toEqual([0, true]);
    const listed = await run(['keys']);
    expect(listed.out).toMatch(/writer-1 +writer-1 .*read@default:notes/);
    expect(listed.out).toMatch(/writer-2 +the second/);
    expect((await run(['keys', 'list', '--json'])).json()).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ id: made['id'], state: 'active' })]),
    });
    const ended = await run(['keys', 'revoke', String(made['id']), '--json']);
    expect(ended.json()).toEqual({ status: 'revoked', id: made['id'] });
    expect((await run(['show', 'notes/a.md'], String(made['key']))).code).toBe(4);
    expect((await run(['keys', 'revoke', 'aaaaaaaaaaaa'])).code).toBe(3);
    const rotated = (await run(['keys', 'rotate', '--json'])).json();
    expect(rotated).toEqual({ status: 'rotated', kid: expect.stringMatching(/^[\w-]{8}$/) });
    expect((await ann.begin('notes/a.md')).split('.')[1]).toBe(rotated['kid']);
  });

  it('[CT15] as far as the key may see and give', async () => {
    const lead = await server.caller('lead', ['keys:team-*', 'read:notes/**']);
    const beyond = await run(['keys', 'create', 'team-1', '--grant', 'commit:notes/**', '--json'], lead.key);
    expect([beyond.code, beyond.json()]).toMatchObject([4, { error: { code: 'forbidden' } }]);
    const rotated = await run(['keys', 'rotate'], lead.key);
    expect([rotated.code, rotated.err]).toEqual([4, expect.stringContaining('keys@*:**')]);
    const { items } = (await run(['keys', '--json'], lead.key)).json() as { items: readonly { name: string }[] };
    expect(items.map(({ name }) => name)).toEqual(['lead']);
  });

  it('[CT15] a key and a rotation are asked for once: an answer that is lost makes no second one', async () => {
    let sent = 0;
    const cut: typeof fetch = async (input, init) => {
      sent += 1;
      await fetch(input, init);
      throw new TypeError('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) });
    };
    const client = createClient({ url: server.url, key: ann.key, fetch: cut });
    const making = client.createKey({ name: 'once', grants: ['read:**'] });
    await expect(making).rejects.toMatchObject({ code: 'store-unavailable', details: { next: expect.any(String) } });
    const all = await createClient({ url: server.url, key: ann.key }).keys();
    expect([sent, all.filter(({ name }) => name === 'once').length]).toEqual([1, 1]);
    const token = await ann.begin('notes/a.md');
    await expect(client.rotateSigningKey()).rejects.toMatchObject({ code: 'store-unavailable' });
    expect(sent).toBe(2);
    // Twice, and the token would have ended.
    const kept = await ann.ask('POST', '/commits', { json: { token, content: 'one\n' } });
    expect([kept.status, kept.body.status]).toEqual([200, 'unchanged']);
  });
});

describe('verify behind a server', () => {
  it('[CT16] has every space replayed, and answers as on the store', async () => {
    const spaced = await run(['commit', 'b.md', '-q', '--space', 'lab'], ann.key, { stdin: 'two\n' });
    expect(spaced.code).toBe(0);
    const told = await run(['verify', '--json']);
    const one = { ok: true, trimmed: 0, entries: 1, resources: 1, contents: 1, conflicts: 0 };
    expect([told.code, told.json()]).toEqual([
      0,
      { ok: true, items: ['default', 'lab'].map((space) => expect.objectContaining({ ...one, space })) },
    ]);
    expect((await run(['verify', '--space', 'lab'])).out).toMatch(
      /^ok: space lab at revision \d+: 1 commit, 1 resource/,
    );
    const shown = await run(['verify', '--space', 'lab'], ann.key, { terminal: true });
    expect(shown.err).toContain('checking lab: revision ');
  });

  it('[CT16] names what is wrong with exit code 1, and is for who may audit all of the space', async () => {
    const bob = await server.caller('bob', ['read:**', 'audit:notes/**']);
    const refused = await run(['verify', '--json'], bob.key);
    expect([refused.code, refused.json()]).toMatchObject([4, { error: { code: 'forbidden' } }]);
    lost.add(hashOf('one\n'));
    const wrong = await run(['verify', '--json', '--space', 'default']);
    lost.clear();
    expect([wrong.code, wrong.json()]).toMatchObject([
      1,
      { ok: false, items: [{ ok: false, first: { rule: 'content', resource: 'notes/a.md' } }] },
    ]);
  });

  it('[CT16] a check that does not come to its end is a fault', async () => {
    const answers = [
      { state: 'running', checked: 0, of: 9 },
      { state: 'failed', checked: 3, of: 9, fault: { code: 'store-corrupt', message: 'A page cannot be read.' } },
    ];
    const told: number[] = [];
    const client = createClient({
      ...{ url: server.url, key: ann.key, sleep: async () => undefined },
      fetch: async () =>
        Response.json(answers.shift() ?? { state: 'none', checked: 0, of: 0 }, {
          headers: { 'entente-request-id': 'x' },
        }),
    });
    const failed = client.verify({ onProgress: (checked) => told.push(checked) });
    await expect(failed).rejects.toMatchObject({ code: 'store-unavailable', details: { fault: 'store-corrupt' } });
    expect(told).toEqual([0]);
    await expect(client.verify()).rejects.toThrow('knows of none');
  });
});

describe('a key that may write and not read', () => {
  it('[HT7] goes through the loop with tokens that tell no hash, and is told that it may not read', async () => {
    const blind = await server.caller('blind', ['commit:box/**', 'append-only:log/**']);
    await ann.put('box/a.txt', 'one\n');
    const as = ['--agent', 'blind'];
    const begun = await run(['begin', 'box/a.txt', ...as], blind.key);
    expect([begun.out, begun.err]).toEqual(['', expect.stringContaining('box/a.txt v1, not yours to read')]);
    const landed = await run(['commit', 'box/a.txt', '--json', ...as], blind.key, { stdin: 'two\n' });
    expect(landed.json()).toMatchObject({ status: 'committed', version: 2, hash: 'hidden' });
    // Nothing is overwritten unseen: what is there and may not be read needs a begin before a whole content.
    const other = ['commit', 'box/b.txt', ...as];
    await ann.put('box/b.txt', 'one\n');
    expect((await run(other, blind.key, { stdin: 'mine\n' })).code).toBe(2);
    await ann.put('log/a.txt', 'one\n');
    const added = await run(['commit', 'log/a.txt', '--append', '-q', ...as], blind.key, { stdin: 'two\n' });
    expect([added.code, (await run(['show', 'log/a.txt'])).out]).toEqual([0, 'one\ntwo\n']);
  });
});
