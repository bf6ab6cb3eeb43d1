// Bases far below the head, and a reader that lags behind what the store has answered already (trap T8).
import { describe, expect, it } from 'vitest';
import { as, put, setUp, textAt, tokenOf } from '../../test/support/entente.ts';
import { withMethods } from '../../test/support/wrap.ts';
import { createMemoryStore } from '../stores/memory.ts';
import type { Snapshot } from '../stores/store.ts';
import { merge } from '../strategies/merge.ts';

const LINES = '1\n-\n2\n-\n3\n-\n4\n';

describe('a base far below the head', () => {
  it('[A8] is found without reading what lies between', async () => {
    const inner = createMemoryStore();
    let read = 0;
    const store = withMethods(inner, {
      async history(space, id, page) {
        const found = await inner.history(space, id, page);
        read += found.items.length;
        return found;
      },
    });
    const { entente } = setUp({ store, default: merge('text') });
    await put(entente, 'doc', LINES);
    const token = await tokenOf(entente, 'doc', 'ann');
    for (let version = 2; version <= 500; version += 1) await put(entente, 'doc', LINES.replace('1', `1 ${version}`));
    read = 0;
    as(await entente.commitOrResolve(token, { content: `${LINES}5\n` }), 'merged');
    expect(await textAt(entente, 'doc')).toBe(`${LINES.replace('1', '1 500')}5\n`);
    expect(read).toBeLessThanOrEqual(2);
  });
});

describe('reads that lag', () => {
  it('[T8] do not take the place of the head that a commit lost to', async () => {
    const inner = createMemoryStore();
    const calm = setUp({ store: inner }).entente;
    await put(calm, 'doc', LINES);
    for (const many of [false, true]) {
      const token = await tokenOf(calm, 'doc', 'ann');
      const old: Snapshot = await inner.read(token.space, [token.resource]);
      let overtaken = 0;
      let sent = 0;
      const store = withMethods(inner, {
        read: async () => old,
        async commit(requests) {
          sent += 1;
          // The first three attempts are overtaken, each by another line.
          if (overtaken < 3) {
            overtaken += 1;
            const name = many ? 'set' : 'one';
            const edits = [{ old: `${overtaken}\n`, new: `${overtaken} ${name}\n` }];
            await calm.update('doc', { agent: 'bob' }, () => ({ edits }));
          }
          return inner.commit(requests);
        },
      });
      const { entente } = setUp({ store, default: merge('text'), sleep: async () => undefined });
      const content = `${await textAt(calm, 'doc')}${many}\n`;
      const outcome = many
        ? await entente.transact({ agent: 'ann', writes: [{ token, change: { content } }] })
        : await entente.commitOrResolve(token, { content });
      as(outcome, 'merged');
      expect(sent).toBe(4);
      await calm.update('doc', { agent: 'bob' }, () => ({ content: LINES }));
    }
  });
});
