// Every class of exit code, each by a real call.
import { chmodSync, existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk, type Ran } from '../../test/support/command-line.ts';
import { EntenteError, errorCodes } from '../core/errors.ts';
import { decodeToken, encodeToken } from '../core/token.ts';
import { exitOfOutcome, faultOf } from './shell/exit.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk.close());

/** Two agents read `x`; the first one writes: the second one's commit is stale. */
async function clash(): Promise<void> {
  await desk.run(['commit', 'x', '-q'], { stdin: 'base\n' });
  for (const agent of ['A', 'B']) await desk.run(['begin', 'x', '-q', '--agent', agent]);
  await desk.run(['commit', 'x', '-q', '--agent', 'A'], { stdin: 'from A\n' });
}

function second(strategy: string, ...more: readonly string[]): Promise<Ran> {
  return desk.run(['commit', 'x', '--agent', 'B', '--strategy', strategy, '--json', ...more], { stdin: 'from B\n' });
}

describe('exit codes', () => {
  it('[CL11] 0: committed, unchanged, merged, kept both', async () => {
    await clash();
    expect(await second('keepBoth')).toMatchObject({ code: 0 });
    const list = (await desk.run(['status', '--json'])).json();
    expect(list).toMatchObject({ counts: { totalResources: 2 } });
    await desk.run(['begin', 'x', '-q', '--agent', 'C']);
    expect((await desk.run(['commit', 'x', '--agent', 'C', '--json'], { stdin: 'from A\n' })).json()).toMatchObject({
      status: 'unchanged',
    });
  });

  it('[CL11] 1: a fault of the machine', async () => {
    desk.write('junk.db', 'this is no database, but long enough to be read as one\n'.repeat(200));
    const { code, err } = await desk.run(['status', '--store', 'sqlite:junk.db']);
    expect(code).toBe(1);
    expect(err).toContain('[store-corrupt]');
    expect(err).toContain('next: ');
  });

  it('[CL11] 2: wrong usage, whatever is wrong with it', async () => {
    const wrong = [
      ['bogus'],
      ['begin'],
      ['begin', 'x', '--bogus'],
      ['commit', 'x', '--strategy', 'nonsense'],
      ['commit', 'x', '--strategy', '{"strategy"'],
      ['resolve', '1'],
      ['resolve', '1', '--use', 'both', '--abort'],
      ['log', '--limit', '0'],
      ['log', '--limit', 'many'],
      ['status', '--store', 'nonsense'],
      ['policy', 'set', desk.write('p.json', '{"rules":[["**"]]}')],
      ['policy', 'set', desk.write('q.json', 'no json')],
      ['diff', 'x', 'one'],
      ['completion', 'nu'],
      ['commit', 'x', 'f', '--delete'],
      ['commit', 'x', '--wait=soon', '--strategy', 'escalate'],
    ];
    await clash();
    for (const argv of wrong) {
      const { code, err } = await desk.run([...argv, '--agent', 'B'], { stdin: 'from B\n' });
      expect([argv.join(' '), code]).toEqual([argv.join(' '), 2]);
      expect(err).toMatch(/^next: /m);
    }
  });

  it('[CL11] 3: not found', async () => {
    await clash();
    for (const argv of [
      ['show', 'nope'],
      ['show', 'x@9'],
      ['conflicts', 'show', '7'],
      ['undo', 'nope'],
      ['import', 'nowhere'],
      ['commit', 'x', 'nofile'],
      ['restore', 'nofile'],
      ['status', '--store', 'sqlite:nowhere.db'],
    ]) {
      expect([argv[0], (await desk.run(argv)).code]).toEqual([argv[0], 3]);
    }
    const bare = await openDesk({ bare: true });
    const { code, err } = await bare.run(['status']);
    bare.close();
    expect(code).toBe(3);
    expect(err).toContain('next: entente init');
  });

  it('[CL11] 4: another agent’s token', async () => {
    await clash();
    const token = String((await desk.run(['begin', 'x', '--agent', 'A', '--json'])).json()['token']);
    const stolen = await desk.run(['commit', 'x', '--agent', 'B', '--token', token, '--json'], { stdin: 'mine\n' });
    expect(stolen).toMatchObject({ code: 4 });
    expect(stolen.json()).toMatchObject({ error: { code: 'token-not-yours' } });
  });

  it('[CL11] 5: conflict, retry, rejected', async () => {
    await clash();
    expect((await second('firstWriterWins')).json()).toMatchObject({ status: 'rejected', saved: false });
    expect(await second('firstWriterWins')).toMatchObject({ code: 5 });
    expect(await second('firstWriterWins', '--no-resolve')).toMatchObject({ code: 5 });
    expect(await second('retry(3)')).toMatchObject({ code: 5 });
  });

  it('[CL11] 6: stale: a spent token, another epoch', async () => {
    const token = String((await desk.run(['begin', 'x', '--agent', 'A', '--json'])).json()['token']);
    const commit = (stdin: string, given: string = token): Promise<Ran> =>
      desk.run(['commit', 'x', '--agent', 'A', '--token', given, '--json'], { stdin });
    expect((await commit('one\n')).code).toBe(0);
    const spent = await commit('two\n');
    expect([spent.code, spent.json()['error']]).toEqual([6, expect.objectContaining({ code: 'token-spent' })]);
    const foreign = encodeToken({ ...decodeToken(token), epoch: 'another' });
    const changed = await commit('two\n', foreign);
    expect([changed.code, changed.json()['error']]).toEqual([6, expect.objectContaining({ code: 'epoch-changed' })]);
  });

  it('[CL11] 7: input that is refused', async () => {
    const bad = [
      '../x',
      '/etc/passwd',
      'a//b',
      'a/',
      'C:\\x',
      'a\\..\\b',
      'x\r',
      'x\u001b[31m',
      '\u202ex',
      'x'.repeat(256),
      `${'a/'.repeat(600)}a`,
    ];
    for (const id of bad) {
      for (const argv of [['begin'], ['show'], ['log'], ['undo'], ['diff']]) {
        const { code, err } = await desk.run([...argv, '--', id]);
        expect([argv[0], id, code]).toEqual([argv[0], id, 7]);
        expect(err).toContain('[bad-id]');
      }
    }
    expect((await desk.run(['commit', 'x', '--token', 'junk'], { stdin: 'x\n' })).code).toBe(7);
    expect((await desk.run(['watch', '[[:x:]]', '--once'])).code).toBe(7);
    expect((await desk.run(['commit', 'x', desk.write('big', new Uint8Array(8 * 1024 * 1024 + 1))])).code).toBe(7);
    if (existsSync('/dev/zero')) expect((await desk.run(['commit', 'x', '/dev/zero'])).code).toBe(7);
  });

  it('[CL11] 8: escalated; --wait ends with the decision', async () => {
    await clash();
    const escalated = await second('escalate');
    expect(escalated.code).toBe(8);
    const { conflictId } = escalated.json() as { conflictId: string };
    // The same again is the same conflict, not another one.
    expect((await second('escalate', '--wait=50ms')).json()).toMatchObject({ conflictId, replayed: true });
    const waiting = second('escalate', '--wait=20s');
    await desk.run(['resolve', conflictId, '--use', 'proposed', '--agent', 'judge']);
    expect((await waiting).code).toBe(0);
  });

  it('[CL11] a --wait that cannot be read is said before anything is sent', async () => {
    await clash();
    const ran = await second('escalate', '--wait=soon');
    expect([ran.code, ran.json()['error']]).toEqual([2, expect.objectContaining({ code: 'misuse' })]);
    expect((await desk.run(['conflicts', '--json'])).json()).toEqual({ items: [] });
  });

  it('[CL11] 9: aborted by policy or by decision', async () => {
    await clash();
    expect((await second('abortBoth')).code).toBe(9);
    for (const agent of ['A', 'B']) await desk.run(['begin', 'x', '-q', '--agent', agent]);
    await desk.run(['commit', 'x', '--agent', 'A'], { stdin: 'again A\n' });
    const { conflictId } = (await second('escalate')).json() as { conflictId: string };
    const aborted = await desk.run(['resolve', conflictId, '--abort', '--json']);
    expect([aborted.code, aborted.json()['status']]).toEqual([9, 'aborted']);
  });

  it('[CL11] 69: a store that is not to be had', async () => {
    for (const [url, error] of [
      ['postgres://127.0.0.1:1/db', 'store-unavailable'],
      ['etcd://127.0.0.1:1,127.0.0.1:2', 'store-unavailable'],
    ] as const) {
      const { code, json } = await desk.run(['status', '--store', url, '--json']);
      expect([code, json()['error']]).toEqual([69, expect.objectContaining({ code: error })]);
    }
    expect(exitOfOutcome('unknown')).toBe(69);
  });

  it('[CL11] 130: interrupted', async () => {
    const { code, err } = await desk.run(['watch'], { signal: AbortSignal.abort() });
    expect(code).toBe(130);
    expect(err).toContain('[interrupted]');
  });

  it('[CL12] every error code has a class, and an unknown fault is 1', () => {
    for (const code of errorCodes) expect(faultOf(new EntenteError(code, 'x')).exit).toBeGreaterThan(0);
    expect(faultOf(new Error('x'))).toMatchObject({ code: 'unexpected', exit: 1 });
    expect(faultOf('a thrown string')).toMatchObject({ code: 'unexpected', message: 'a thrown string' });
    expect(faultOf(Object.assign(new Error('x'), { code: 'ENOSPC' }))).toMatchObject({ code: 'file', exit: 1 });
    expect(faultOf(Object.assign(new Error('x'), { code: 'EACCES' }))).toMatchObject({ code: 'file', exit: 4 });
  });

  it('[CL11] a database of a newer entente is refused with what to do', async () => {
    const { DatabaseSync } = (await import('@photostructure/sqlite')) as typeof import('@photostructure/sqlite');
    await desk.run(['status', '-q']);
    const db = new DatabaseSync(desk.path('.entente/entente.db'));
    db.exec('PRAGMA user_version = 9999');
    db.close();
    const { code, json } = await desk.run(['status', '--json']);
    expect([code, json()['error']]).toEqual([
      1,
      expect.objectContaining({ code: 'store-newer', next: expect.any(String) }),
    ]);
  });

  it('[CL11] a folder that cannot be written is said by its code', async () => {
    if (process.getuid?.() === 0) return;
    chmodSync(desk.path('.entente/entente.db'), 0o400);
    expect((await desk.run(['commit', 'x'], { stdin: 'x\n' })).code).toBe(4);
  });
});
