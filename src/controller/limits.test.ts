// What is too large, too long or too late, and that contents are copied at the door (rules LI4 to LI6).
import { describe, expect, it } from 'vitest';
import { as, codeOf, put, setUp, text, textAt, tokenOf } from '../../test/support/entente.ts';
import { createMemoryStore } from '../stores/memory.ts';
import { escalate } from '../strategies/escalate.ts';
import { DEFAULT_LIMITS } from './limits.ts';

describe('limits', () => {
  it('[LI4] a content beyond the limit is refused before anything is sent, whichever way it is said', async () => {
    const { entente } = setUp({ limits: { contentBytes: 10 }, default: escalate() });
    await put(entente, 'a', '0123456789');
    const token = await tokenOf(entente, 'a', 'ann');
    const changes = [
      { content: '0123456789x' },
      { content: 'ééééé€' },
      { content: Buffer.alloc(11) },
      { append: 'x' },
      { edits: [{ old: '0', new: '00' }] },
    ];
    for (const change of changes) {
      expect(await codeOf(() => entente.commit(token, change))).toBe('too-large');
      expect(await codeOf(() => entente.commitOrResolve(token, change))).toBe('too-large');
      expect(await codeOf(() => entente.transact({ agent: 'ann', writes: [{ token, change }] }))).toBe('too-large');
    }
    await put(entente, 'a', 'moved');
    const { conflictId } = as(await entente.commitOrResolve(token, { content: 'mine' }), 'escalated');
    const tooLong = { content: '0123456789x' };
    expect(await codeOf(() => entente.resolve(conflictId, tooLong, { agent: 'judge' }))).toBe('too-large');
    expect((await entente.stats()).revision).toBe(3);
    expect(await textAt(entente, 'a')).toBe('moved');
  });

  it('[LI4] the store’s own limit is an error too, and nothing is written', async () => {
    const { entente } = setUp({ store: createMemoryStore({ maxContentBytes: 5 }) });
    expect(await codeOf(() => put(entente, 'a', '123456'))).toBe('too-large');
    expect(await entente.getVersion('a')).toBeUndefined();
    await put(entente, 'a', '12345');
  });

  it('[LI5] notes, commitIds and media types have a form', async () => {
    const { entente } = setUp();
    const token = await tokenOf(entente, 'a', 'ann');
    const run = (options: object, change: object = { content: 'x' }): Promise<string | undefined> =>
      codeOf(() => entente.commit(token, change as never, options));
    expect(await run({ note: 'n'.repeat(2001) })).toBe('misuse');
    expect(await run({ note: 7 })).toBe('misuse');
    for (const commitId of ['', 'x'.repeat(256), 'a\nb', 'a\u0000', 7, null]) {
      expect(await run({ commitId }), String(commitId)).toBe('misuse');
    }
    for (const mediaType of ['', 'text', 'text/plain\r\nx: y', 'a/b; c="d"', 'x'.repeat(300)]) {
      expect(await run({}, { content: 'x', mediaType }), mediaType).toBe('misuse');
    }
    expect(await codeOf(() => entente.begin('a', { agent: 'ann', note: 'n'.repeat(2001) }))).toBe('misuse');
    expect(await entente.getVersion('a')).toBeUndefined();
    const whole = { content: 'x', mediaType: 'text/markdown; charset=utf-8' };
    as(await entente.commit(token, whole, { note: 'n'.repeat(2000), commitId: 'ü'.repeat(255) }), 'committed');
    expect(await entente.getVersion('a')).toMatchObject({ mediaType: 'text/markdown; charset=utf-8' });
  });

  it('[LI5] what is no change is misuse, and no member of a change is taken from its prototype', async () => {
    const { entente } = setUp();
    const token = await tokenOf(entente, 'a', 'ann');
    for (const change of [undefined, null, {}, 'text', { content: 7 }, { delete: false }, { hash: 7 }, { edits: [] }]) {
      expect(await codeOf(() => entente.commit(token, change as never)), JSON.stringify(change)).toBe('misuse');
    }
    expect(await entente.getVersion('a')).toBeUndefined();
  });

  it('[LI5] options, reads, signals, filters and pages have a form', async () => {
    const { entente } = setUp();
    const token = await tokenOf(entente, 'a', 'ann');
    for (const options of [null, 7, { reads: 'x' }, { reads: {} }, { signal: 'stop' }, { signal: null }]) {
      for (const change of [{ content: 'x' }, { append: 'x' }])
        expect(await codeOf(() => entente.commit(token, change, options as never)), String(options)).toBe('misuse');
    }
    for (const writes of [undefined, [], 'x', {}])
      expect(await codeOf(() => entente.transact({ agent: 'ann', writes } as never))).toBe('misuse');
    for (const writes of [[null], [{}], [{ token: null, change: { content: 'x' } }]])
      expect(await codeOf(() => entente.transact({ agent: 'ann', writes } as never))).toBe('bad-token');
    const calls = [
      () => entente.transact(undefined as never),
      () => entente.update('a', undefined as never, () => undefined),
    ];
    for (const call of calls) expect(await codeOf(call)).toBe('bad-id');
    expect(await codeOf(() => entente.conflicts({ state: 'closed' as never }))).toBe('misuse');
    for (const page of [null, 'x'] as never[]) {
      expect(await codeOf(() => entente.list('', page))).toBe('misuse');
      expect(await codeOf(() => entente.history('a', page))).toBe('misuse');
      expect(await codeOf(() => entente.log(undefined, page))).toBe('misuse');
      expect(await codeOf(() => entente.conflicts({}, page))).toBe('misuse');
    }
    expect(await entente.getVersion('a')).toBeUndefined();
  });

  it('[LI5] limits are known names and numbers', async () => {
    expect(await codeOf(() => setUp({ limits: { bytes: 1 } as never }))).toBe('misuse');
    for (const contentBytes of [-1, Number.NaN, Number.POSITIVE_INFINITY, '5' as never]) {
      expect(await codeOf(() => setUp({ limits: { contentBytes } }))).toBe('misuse');
    }
    expect(DEFAULT_LIMITS.contentBytes).toBe(8 * 1024 * 1024);
    expect(await codeOf(() => setUp({ store: undefined as never }))).toBeUndefined();
  });

  it('[LI6] an abort before the commit is the caller’s own error, and writes nothing', async () => {
    const reason = new Error('stop');
    const signal = AbortSignal.abort(reason);
    const { entente } = setUp({ default: escalate() });
    await put(entente, 'a', 'x');
    const token = await tokenOf(entente, 'a', 'ann');
    for (const call of [entente.commit, entente.commitOrResolve]) {
      await expect(call(token, { content: 'y' }, { signal })).rejects.toBe(reason);
      await expect(call(token, { append: 'y' }, { signal })).rejects.toBe(reason);
      await expect(call(token, { delete: true }, { signal })).rejects.toBe(reason);
    }
    await put(entente, 'a', 'moved');
    await expect(entente.commitOrResolve(token, { content: 'y' }, { signal })).rejects.toBe(reason);
    expect((await entente.stats()).revision).toBe(2);
    // The token is not spent by it.
    as(await entente.commitOrResolve(token, { content: 'y' }), 'escalated');
  });

  it('[E8] contents are copied at every door: what a caller does to its array changes nothing stored', async () => {
    const { entente } = setUp({ default: escalate() });
    for (const make of [(value: string) => Buffer.from(value), (value: string) => new Uint8Array(Buffer.from(value))]) {
      const sent = make('stored');
      const { token } = await entente.begin('a', { agent: 'ann' });
      const committing = entente.commit(token, { content: sent });
      sent.fill(0);
      await committing;
      expect(await textAt(entente, 'a')).toBe('stored');
      for (const read of [entente.begin('a', { agent: 'x' }), entente.read('a'), entente.read('a', { version: 1 })]) {
        (await read)?.content?.fill(0);
      }
      expect(await textAt(entente, 'a')).toBe('stored');
      const stale = await tokenOf(entente, 'a', 'ann');
      await put(entente, 'a', 'moved');
      const kept = make('kept');
      const { conflictId } = as(await entente.commitOrResolve(stale, { content: kept }), 'escalated');
      kept.fill(0);
      (await entente.conflictContent(conflictId, 'proposed'))?.fill(0);
      expect(text(await entente.conflictContent(conflictId, 'proposed'))).toBe('kept');
      const decided = make('decided');
      await entente.resolve(conflictId, { content: decided }, { agent: 'judge' });
      decided.fill(0);
      expect(await textAt(entente, 'a')).toBe('decided');
      await put(entente, 'a', { delete: true });
    }
  });
});
