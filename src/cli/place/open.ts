// Opens a store by its URL. A driver is loaded only when a store that needs it is asked for.
import { stat } from 'node:fs/promises';
import { EntenteError } from '../../core/errors.ts';
import { createMemoryStore } from '../../stores/memory.ts';
import type { Store } from '../../stores/store.ts';
import { shellWord } from '../shell/text.ts';
import { behindServer, type StoreUrl } from './location.ts';
import { tellingDrafts } from './tell-drafts.ts';

export async function isThere(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** The store behind a URL. A database that is not there is `not-found` unless `create` is said: a typing error makes none. */
export async function openStore(
  url: StoreUrl,
  warn: (message: string) => void,
  create: boolean = false,
): Promise<Store> {
  if (url.kind === 'server') throw behindServer(url.url);
  if (url.kind === 'memory') return createMemoryStore();
  if (url.kind === 'postgres') {
    const { createPostgresStore } = await import('../../stores/postgres.ts');
    return createPostgresStore({ url: url.url, schema: url.schema, onWarning: warn });
  }
  if (url.kind === 'etcd') {
    const { createEtcdStore } = await import('../../stores/etcd.ts');
    const contents = url.contents === undefined ? undefined : await openStore(url.contents, warn, true);
    return createEtcdStore({ url: url.url, onWarning: warn, ...(contents === undefined ? {} : { contents }) });
  }
  if (!create && !(await isThere(url.path))) {
    throw new EntenteError('not-found', `There is no database ${url.path}.`, {
      next: `entente init --store ${shellWord(`sqlite:${url.path}`)}`,
    });
  }
  const { createSqliteStore } = await import('../../stores/sqlite.ts');
  return tellingDrafts(createSqliteStore({ path: url.path, onWarning: warn }), url.path);
}
