// A feed that runs while its store is restored under it.
import { expect, it } from 'vitest';
import { createController } from '../../src/controller/controller.ts';
import { backupSqlite, restoreSqlite } from '../../src/stores/sqlite.ts';
import { codeOf, put } from '../support/entente.ts';
import { newPath, openStore } from './testing.ts';

it('[A10] a running feed ends with epoch-changed when the store was restored, and tells nothing of the other history', async () => {
  const path = newPath();
  const backup = `${path}.backup`;
  const entente = createController({ store: openStore({ path, onWarning: () => undefined }) });
  await put(entente, 'a', 'one');
  await backupSqlite(path, backup);
  await put(entente, 'a', 'two');
  const feed = entente.feed()[Symbol.asyncIterator]();
  const told = [(await feed.next()).value, (await feed.next()).value];
  expect(told.map((item) => (item.type === 'commit' ? item.revision : item.type))).toEqual([1, 2]);
  await restoreSqlite(backup, path);
  await put(entente, 'b', 'another second revision');
  expect(await codeOf(() => feed.next())).toBe('epoch-changed');
});
