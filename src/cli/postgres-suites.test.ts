// The command line on PostgreSQL: the loop, history and the queue of conflicts, as on a file; and what is PostgreSQL's own.
import '../../test/support/postgres-suite.ts';
import './loop.test.ts';
import './history.test.ts';
import './conflicts.test.ts';
import { describe, expect, it } from 'vitest';
import { openDesk } from '../../test/support/command-line.ts';
import { TEST_POSTGRES } from '../../test/support/stores.ts';

describe('a PostgreSQL store on the command line', () => {
  it('[PG10] is made by init, looked at by doctor and verify, and copied by the tools of PostgreSQL', async () => {
    const desk = await openDesk();
    await desk.run(['commit', 'a.md', '-q'], { stdin: 'one\n' });
    const doctor = await desk.run(['doctor', '--json']);
    expect(doctor.json()).toMatchObject({ ok: true });
    expect(doctor.out).toContain('"postgres"');
    expect((await desk.run(['verify', '--json'])).code).toBe(0);
    const backup = await desk.run(['backup', 'copy.db']);
    expect(backup.code).toBe(2);
    expect(backup.err).toContain('pg_dump');
    desk.close();
  });

  it('[PG11] a password is refused on the command line, and shown nowhere', async () => {
    const desk = await openDesk({ bare: true });
    const url = (process.env[TEST_POSTGRES] ?? '').replace('postgres@', 'postgres:hunter2@');
    const refused = await desk.run(['status', '--store', url]);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('PGPASSWORD');
    const env = { ENTENTE_STORE: `${url}?schema=secretive`, XDG_STATE_HOME: desk.path('state') };
    const status = await desk.run(['doctor'], { env });
    expect(status.code).toBe(0);
    for (const ran of [refused, status]) expect(ran.out + ran.err).not.toContain('hunter2');
    desk.close();
  });
});
