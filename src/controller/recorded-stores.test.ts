// Kept decisions outlast the log, in every store; and of many who decide at once, each has an answer.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { as, put, setUp, text, textAt, tokenOf } from '../../test/support/entente.ts';
import { parseSpace } from '../core/resource.ts';
import { createMemoryStore } from '../stores/memory.ts';
import { createSqliteStore } from '../stores/sqlite.ts';
import type { Store } from '../stores/store.ts';
import { merge } from '../strategies/merge.ts';
import { verifyStore } from '../verify/verify-store.ts';
import type { Controller } from './types.ts';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function sqlite(): Store {
  const folder = mkdtempSync(join(tmpdir(), 'entente-recorded-'));
  folders.push(folder);
  return createSqliteStore({ path: join(folder, 'entente.db') });
}

const stores: readonly (readonly [string, () => Store])[] = [
  ['memory', () => createMemoryStore()],
  ['sqlite', sqlite],
];

const policy = [['**', merge('text', { recorded: true })]] as const;

async function openedOn(entente: Controller, resource: string): Promise<string> {
  await put(entente, resource, 'base\n');
  const token = await tokenOf(entente, resource, 'bob');
  await put(entente, resource, 'anns\n', { agent: 'ann' });
  return as(await entente.commitOrResolve(token, { content: 'bobs\n' }), 'escalated').conflictId;
}

describe.each(stores)('kept decisions in %s', (_name, create) => {
  it('[RD15] outlast the log that is trimmed, and the store verifies', async () => {
    const { entente, store } = setUp({ store: create(), policy });
    const id = await openedOn(entente, 'a');
    as(await entente.resolve(id, { content: 'both\n' }, { agent: 'judge' }), 'committed');
    await store.trim(parseSpace('default'), (await entente.stats()).revision);
    expect((await entente.recorded()).items).toHaveLength(1);
    await put(entente, 'b', 'base\n');
    const token = await tokenOf(entente, 'b', 'bob');
    await put(entente, 'b', 'anns\n');
    const merged = as(await entente.commitOrResolve(token, { content: 'bobs\n' }), 'merged');
    expect([text(merged.content), merged.resolvedBy]).toEqual(['both\n', 'recorded']);
    expect(await verifyStore(store)).toMatchObject({ ok: true });
    await entente.forget(
      (await entente.recorded()).items.map((each) => each.id),
      { agent: 'ann' },
    );
    expect(await verifyStore(store)).toMatchObject({ ok: true });
    expect((await entente.recorded()).items).toEqual([]);
    await entente.close();
  });

  it('[RD14] of many who decide on the same texts at once each has its answer, and one decision is kept', async () => {
    const { entente } = setUp({ store: create(), policy });
    const ids = [];
    for (let i = 0; i < 6; i += 1) ids.push(await openedOn(entente, `r${i}`));
    const outcomes = await Promise.all(
      ids.map((id, i) => entente.resolve(id, { content: `own ${i}\n` }, { agent: `judge-${i}` })),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(ids.map(() => 'committed'));
    const [kept, ...more] = (await entente.recorded()).items;
    expect(more).toEqual([]);
    const at = Number(kept?.agent.slice(6));
    expect(kept?.choice).toEqual({ content: Uint8Array.from(Buffer.from(`own ${at}\n`)) });
    for (const i of ids.keys()) expect(await textAt(entente, `r${i}`)).toBe(`own ${i}\n`);
    const { revision } = await entente.stats();
    expect(kept?.revision).toBe(revision);
    await entente.close();
  });
});
