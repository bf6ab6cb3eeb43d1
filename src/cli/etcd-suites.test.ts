// The command line on etcd: the loop, history and the queue of conflicts, as on a file; and what is etcd's own.
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openDesk } from '../../test/support/command-line.ts';
import { isReady } from '../../test/support/etcd-suite.ts';

if (isReady) {
  await import('./loop.test.ts');
  await import('./history.test.ts');
  await import('./conflicts.test.ts');
}

describe.skipIf(!isReady)('an etcd store on the command line', () => {
  it('[ET20] is made by init, looked at by doctor and verify, and copied by the tools of etcd', async () => {
    const desk = await openDesk();
    await desk.run(['commit', 'a.md', '-q'], { stdin: 'one\n' });
    const doctor = await desk.run(['doctor', '--json']);
    expect(doctor.json()).toMatchObject({ ok: true });
    expect(doctor.out).toContain('"etcd"');
    expect((await desk.run(['verify', '--json'])).code).toBe(0);
    for (const argv of [
      ['backup', 'copy.db'],
      ['migrate', desk.store, 'sqlite:copy.db'],
    ]) {
      const refused = await desk.run(argv);
      expect([argv[0], refused.code]).toEqual([argv[0], 2]);
      expect(refused.err).toContain('etcd');
    }
    desk.close();
  });

  it('[ET25] ?contents= names the store of large contents, which is made where it is missing', async () => {
    const desk = await openDesk();
    const store = `${desk.store}&contents=sqlite:shelf.db`;
    const ran = await desk.run(['commit', 'big.bin', '-q', '--store', store], {
      stdin: new Uint8Array(300_000).fill(7),
    });
    expect([ran.code, ran.err]).toEqual([0, '']);
    expect(existsSync(desk.path('shelf.db'))).toBe(true);
    expect((await desk.run(['verify', '--json', '--store', store])).code).toBe(0);
    const nameless = await desk.run(['verify', '--json']);
    expect(nameless.code).not.toBe(0);
    const secret = `${desk.store}&contents=${encodeURIComponent('postgres://u:hunter2@h/db')}`;
    const refused = await desk.run(['status', '--store', secret]);
    expect([refused.code, (refused.out + refused.err).includes('hunter2')]).toEqual([2, false]);
    desk.close();
  });

  it('[ET21] a user or a password in the address is refused, and shown nowhere', async () => {
    const desk = await openDesk({ bare: true });
    const url = 'etcd://root:hunter2@127.0.0.1:2379';
    for (const ran of [
      await desk.run(['status', '--store', url]),
      await desk.run(['status'], { env: { ENTENTE_STORE: url } }),
    ]) {
      expect(ran.code).toBe(2);
      expect(ran.out + ran.err).toContain('ETCDCTL_USER');
      expect(ran.out + ran.err).not.toContain('hunter2');
    }
    desk.close();
  });
});
