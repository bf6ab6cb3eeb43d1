import { describe, expect, it } from 'vitest';
import { as, doorNames, doors, openDesk } from '../../test/support/desk.ts';
import { withMethods } from '../../test/support/wrap.ts';
import { EntenteError } from '../core/errors.ts';
import { createMemoryStore } from '../stores/memory.ts';
import { escalate } from '../strategies/escalate.ts';

describe('unknown first', () => {
  const lost = (): EntenteError => new EntenteError('store-unavailable', 'The reply was lost.');

  it.each(doorNames)('[A7] a lost answer is asked for again under the same commitId: %s', async (name) => {
    const inner = createMemoryStore();
    const sent: string[] = [];
    const store = withMethods(inner, {
      async commit(requests) {
        const replies = await inner.commit(requests);
        sent.push(requests[0]?.commitId ?? '');
        return sent.length < 3 ? [{ status: 'unknown', error: lost() }] : replies;
      },
    });
    const desk = openDesk({ store, sleep: async () => undefined });
    const { token } = await desk.begin('doc');
    const outcome = as(await doors[name](desk.entente, token, { content: 'x' }), 'committed');
    expect(outcome.replayed).toBe(true);
    expect(new Set(sent).size).toBe(1);
    expect((await inner.counts(token.space)).commits).toBe(1);
  });

  it('[A7] what stays in doubt is unknown with its commitId, and no strategy is tried', async () => {
    const inner = createMemoryStore();
    let deaf = false;
    const store = withMethods(inner, {
      async commit(requests) {
        const replies = await inner.commit(requests);
        return deaf ? [{ status: 'unknown', error: lost() }] : replies;
      },
    });
    const desk = openDesk({ store, default: escalate(), sleep: async () => undefined });
    const stale = await desk.clash('doc', 'base', 'ann');
    deaf = true;
    const outcome = as(await desk.entente.commitOrResolve(stale, { content: 'bob' }), 'unknown');
    expect(outcome).toEqual({ status: 'unknown', commitId: stale.id, resource: 'doc' });
    deaf = false;
    expect((await inner.counts(stale.space)).open).toBe(0);
    as(await desk.entente.commitOrResolve(stale, { content: 'bob' }), 'escalated');
  });

  it('[A7] a store that fails while the answer is in doubt does not end the doubt', async () => {
    const inner = createMemoryStore();
    let sent = 0;
    const store = withMethods(inner, {
      async commit(requests) {
        sent += 1;
        if (sent > 1) throw lost();
        await inner.commit(requests);
        return [{ status: 'unknown', error: lost() }];
      },
    });
    const desk = openDesk({ store, sleep: async () => undefined });
    const { token } = await desk.begin('doc');
    const outcome = await desk.entente.commit(token, { content: 'x' });
    expect(outcome).toEqual({ status: 'unknown', commitId: token.id, resource: 'doc' });
    expect((await inner.counts(token.space)).commits).toBe(1);
  });

  it('[A7] update does not run its function again for a commit that landed unheard', async () => {
    const inner = createMemoryStore();
    let deaf = 2;
    const store = withMethods(inner, {
      async commit(requests) {
        const replies = await inner.commit(requests);
        deaf -= 1;
        return deaf >= 0 ? [{ status: 'unknown', error: lost() }] : replies;
      },
    });
    const desk = openDesk({ store, sleep: async () => undefined });
    let runs = 0;
    const outcome = await desk.entente.update('log', { agent: 'ann' }, () => {
      runs += 1;
      return { append: 'once\n' };
    });
    as(outcome, 'committed');
    expect(runs).toBe(1);
    expect(await desk.text('log')).toBe('once\n');
  });
});
