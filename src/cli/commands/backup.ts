// `backup` and `restore`: a whole store as one file, and the way back. What a restore replaces is itself kept first.
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import * as path from 'node:path';
import { EntenteError, type ErrorCode, isEntenteError } from '../../core/errors.ts';
import { plural } from '../../core/phrases.ts';
import { behindServer } from '../place/location.ts';
import { isThere } from '../place/open.ts';
import type { Context } from '../shell/context.ts';
import { cleanName, shellWord } from '../shell/text.ts';
import type { Register } from './register.ts';

const BAD_BACKUP: readonly ErrorCode[] = ['store-corrupt', 'store-newer', 'misuse'];

async function databaseOf(context: Context): Promise<string> {
  const { store } = await context.location();
  if (store.kind === 'sqlite') return store.path;
  if (store.kind === 'server') throw behindServer(store.url);
  if (store.kind === 'postgres') {
    throw new EntenteError('misuse', `${store.shown} is kept by PostgreSQL: its own tools copy and restore it.`, {
      next: 'pg_dump, and after a restore a new epoch, as docs/stores/postgres.md shows',
    });
  }
  if (store.kind === 'etcd') {
    throw new EntenteError('misuse', `${store.shown} is kept by etcd: its own tools copy and restore it.`, {
      next: 'etcdctl snapshot save FILE, and after a restore a new epoch, as docs/stores/etcd.md shows',
    });
  }
  throw new EntenteError('misuse', 'A memory store has no file: there is nothing to copy.', {
    next: 'entente status --store sqlite:PATH',
  });
}

async function backup(context: Context): Promise<undefined> {
  const { console } = context;
  const database = await databaseOf(context);
  const { backupSqlite } = await import('../../stores/sqlite.ts');
  const { file, bytes } = await backupSqlite(database, context.path(context.args[0] ?? ''));
  if (console.json) await console.object({ status: 'backed-up', file, bytes, store: `sqlite:${database}` });
  else await console.done(`backed up ${cleanName(database)} to ${cleanName(file)}, ${plural(bytes, 'byte')}`);
  console.talk(`next: entente verify --store ${shellWord(`sqlite:${file}`)}`);
  return undefined;
}

async function restore(context: Context): Promise<undefined> {
  const { console } = context;
  const database = await databaseOf(context);
  const source = context.path(context.args[0] ?? '');
  const { backupSqlite, restoreSqlite } = await import('../../stores/sqlite.ts');
  if (!(await isThere(source))) {
    throw new EntenteError('not-found', `There is no backup ${cleanName(source)}.`, { next: 'entente backup FILE' });
  }
  let kept: string | undefined;
  if (await isThere(database)) {
    const stamp = new Date().toISOString().replace(/[-:]|\..*/g, '');
    const name = `${path.basename(database)}.before-restore-${stamp}-${randomBytes(3).toString('hex')}`;
    kept = (await backupSqlite(database, path.join(path.dirname(database), name))).file;
  }
  const { epoch } = await restoreSqlite(source, database).catch(async (error: unknown) => {
    // A backup that is none has changed nothing, so there is nothing that the copy would bring back.
    if (kept !== undefined && isEntenteError(error) && BAD_BACKUP.includes(error.code)) await rm(kept, { force: true });
    throw error;
  });
  if (console.json)
    await console.object({
      status: 'restored',
      from: source,
      store: `sqlite:${database}`,
      epoch,
      ...(kept === undefined ? {} : { kept }),
    });
  else await console.done(`restored ${cleanName(database)} from ${cleanName(source)}`);
  if (kept !== undefined) console.talk(`What was there is kept in ${cleanName(kept)}`);
  console.talk(
    'Tokens and cursors from before are refused from now on: every agent begins again.\nnext: entente verify',
  );
  return undefined;
}

export const registerBackup: Register = (program, run) => {
  program
    .command('backup')
    .description('a copy of the whole store in a new file, while others go on writing')
    .argument('<file>', 'the file; it must not be there yet')
    .action(run(backup));
  program
    .command('restore')
    .description('replace the store by a backup; tokens and cursors from before are refused')
    .argument('<file>', 'what backup wrote')
    .action(run(restore));
};
