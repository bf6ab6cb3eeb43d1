// A driver that lies: it answers that it syncs each commit, and leaves that to the system. The planted bug of who
// acknowledges before the disk has it.
import { loadDriver, type SqliteDatabase } from '../../src/stores/sqlite/driver.ts';

export async function openUnsynced(path: string): Promise<SqliteDatabase> {
  const open = await loadDriver();
  const db = open(path, { readOnly: false });
  return {
    exec: (sql) => db.exec(sql.replace('synchronous = FULL', 'synchronous = OFF')),
    prepare: (sql) => db.prepare(sql === 'PRAGMA synchronous' ? 'SELECT 2 AS synchronous' : sql),
    close: () => db.close(),
  };
}
