// The short way of a store in memory (stores/direct.ts) against the contract that it spares: the same moves give the same
// answers, the same log and the same versions.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf, setUp } from '../../test/support/entente.ts';
import { passThrough, withMethods } from '../../test/support/wrap.ts';
import type { Change } from '../core/change.ts';
import { DEFAULT_SPACE } from '../core/resource.ts';
import type { Token } from '../core/token.ts';
import { directOf } from '../stores/direct.ts';
import { createMemoryStore } from '../stores/memory.ts';
import type { Store } from '../stores/store.ts';

const NAMES = ['a', 'b', 'c/d'];
const CHANGES: readonly Change[] = [
  { hash: 'one' },
  { hash: 'two' },
  { hash: 'not a hash' },
  { content: 'text' },
  { content: 'other', mediaType: 'text/plain' },
  { delete: true },
];

interface Move {
  readonly kind: 'begin' | 'commit' | 'trim';
  readonly name: number;
  /** Which of the tokens that were taken so far, counted from the newest. */
  readonly token: number;
  readonly change: number;
}

const moves = fc.array(
  fc.record<Move>({
    kind: fc.constantFrom('begin', 'begin', 'commit', 'commit', 'commit', 'trim'),
    name: fc.nat(NAMES.length - 1),
    token: fc.nat(2),
    change: fc.nat(CHANGES.length - 1),
  }),
  { maxLength: 60 },
);

/** Ids and epochs are random: each becomes the number of its first appearance. */
function numbered(): (value: unknown) => unknown {
  const known = new Map<unknown, string>();
  const number = (value: unknown): string => {
    if (!known.has(value)) known.set(value, `#${known.size}`);
    return known.get(value) as string;
  };
  const random = ['id', 'commitId', 'epoch'];
  return (value) =>
    JSON.parse(
      JSON.stringify(value, (key, inner: unknown) => (random.includes(key) ? number(inner) : inner)) ?? 'null',
    );
}

async function play(store: Store, list: readonly Move[]): Promise<unknown[]> {
  let time = 1000;
  const { entente } = setUp({ store, clock: () => time });
  const told: unknown[] = [];
  const plain = numbered();
  const tokens: Token[] = [];
  for (const { kind, name, token, change } of list) {
    time += 1;
    const id = NAMES[name] as string;
    if (kind === 'trim') told.push(await store.trim(DEFAULT_SPACE, (await entente.stats()).revision - 3));
    else if (kind === 'begin') {
      const draft = await entente.begin(id, { agent: `agent-${name}` });
      tokens.unshift(draft.token);
      told.push(plain(draft));
    } else if (tokens.length > 0) {
      const outcome = await entente
        .commit(tokens[token % tokens.length] as Token, CHANGES[change] as Change)
        .catch((error: unknown) => ({ error: (error as { code?: string }).code }));
      told.push(plain(outcome));
      const fresh = (outcome as { readonly token?: Token }).token;
      if (fresh !== undefined) tokens.unshift(fresh);
    }
  }
  const { trimmed } = await store.read(DEFAULT_SPACE, []);
  told.push(plain(await store.log(DEFAULT_SPACE, trimmed, 1000)), plain(await store.counts(DEFAULT_SPACE)));
  for (const name of NAMES) told.push(plain(await entente.history(name, {})));
  return told;
}

describe('the short way', () => {
  it('[ST51] the same moves give the same drafts, outcomes, log and history as through the contract', async () => {
    await fc.assert(
      fc.asyncProperty(moves, fc.constantFrom(3, 50), async (list, max) => {
        const short = createMemoryStore({ log: { max } });
        expect(directOf(short, DEFAULT_SPACE)).toBeDefined();
        const through = passThrough(createMemoryStore({ log: { max } }));
        expect(directOf(through, DEFAULT_SPACE)).toBeUndefined();
        expect(await play(short, list)).toEqual(await play(through, list));
      }),
      { numRuns: 300 },
    );
  });

  it('[ST51] a wrapper around the store sees every read and commit', async () => {
    const seen: string[] = [];
    const inner = createMemoryStore();
    const store = withMethods(inner, {
      read: (space, ids) => {
        seen.push('read');
        return inner.read(space, ids);
      },
      commit: (requests) => {
        seen.push('commit');
        return inner.commit(requests);
      },
    });
    const { entente } = setUp({ store });
    for (const hash of ['one', 'two']) {
      const { token } = await entente.begin('a', { agent: 'ann' });
      await entente.commit(token, { hash });
    }
    expect(seen).toEqual(['read', 'commit', 'read', 'commit']);
  });

  it('[ST51] who waits for the space is woken', async () => {
    const { store, entente } = setUp();
    const first = await entente.begin('a', { agent: 'ann' });
    await entente.commit(first.token, { hash: 'one' });
    const end = new AbortController();
    const heard = store.wake(DEFAULT_SPACE, end.signal)[Symbol.asyncIterator]().next();
    const { token } = await entente.begin('a', { agent: 'ann' });
    await entente.commit(token, { hash: 'two' });
    expect((await heard).done).toBe(false);
    end.abort();
  });

  it('[ST51] a closed store refuses both steps', async () => {
    const { store, entente } = setUp();
    const { token } = await entente.begin('a', { agent: 'ann' });
    await entente.commit(token, { hash: 'one' });
    const next = await entente.begin('a', { agent: 'ann' });
    await store.close();
    expect(await codeOf(() => entente.begin('a', { agent: 'ann' }))).toBe('store-unavailable');
    expect(await codeOf(() => entente.commit(next.token, { hash: 'two' }))).toBe('store-unavailable');
    expect(await codeOf(() => setUp({ store }).entente.begin('a', { agent: 'ann' }))).toBe('store-unavailable');
  });
});
