// What was: log, show, diff, undo, watch, policy, status.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk } from '../../test/support/command-line.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk.close());

async function versions(...contents: readonly string[]): Promise<void> {
  for (const stdin of contents) await desk.run(['commit', 'a.txt', '-q', '--agent', 'A'], { stdin });
}

describe('history', () => {
  it('[CL24] log tells versions and commits, newest first; --since goes on from a cursor', async () => {
    await versions('1\n', '2\n', '3\n');
    const own = (await desk.run(['log', 'a.txt', '--json'])).json() as { items: { head: { version: number } }[] };
    expect(own.items.map(({ head }) => head.version)).toEqual([3, 2, 1]);
    const page = (await desk.run(['log', 'a.txt', '--json', '--limit', '2'])).json();
    expect((await desk.run(['log', 'a.txt', '--json', '--after', String(page['next'])])).json()).toMatchObject({
      items: [{ head: { version: 1 } }],
    });
    const all = (await desk.run(['log', '--json', '--limit', '2'])).json() as {
      items: { revision: number; cursor: string }[];
    };
    const [newest, second] = all.items.map(({ revision }) => revision);
    expect((newest ?? 0) > (second ?? 0) && all.items.length === 2).toBe(true);
    const since = await desk.run(['log', '--json', '--since', all.items[1]?.cursor ?? '']);
    expect(since.json()).toMatchObject({ items: [{ revision: newest }] });
    expect((await desk.run(['log'])).out).toContain('a.txt v3');
    expect((await desk.run(['log', '--json', '--since', 'start', '--limit', '1'])).json()).toMatchObject({
      items: [{ heads: [{ version: 1 }] }],
    });
    // A place that is none is no empty page, and one of the other list is not left out of account.
    for (const argv of [
      ['a.txt', '--after', 'x'],
      ['--since', 'x'],
      ['--after', '2'],
      ['a.txt', '--since', 'start'],
    ]) {
      const { code, err } = await desk.run(['log', ...argv]);
      expect([argv, code, err.includes('\nnext: ')]).toEqual([argv, 2, true]);
    }
  });

  it('[CL25] show gives any version, byte for byte', async () => {
    await versions('1\n', '2\n');
    expect((await desk.run(['show', 'a.txt@1', '-q'])).out).toBe('1\n');
    expect((await desk.run(['show', 'a.txt', '--json'])).json()).toMatchObject({
      version: 2,
      content: '2\n',
      agent: 'A',
    });
    await desk.run(['commit', 'mail@2', '-q'], { stdin: 'at\n' });
    expect((await desk.run(['show', 'mail@2@1', '-q'])).out).toBe('at\n');
    expect((await desk.run(['show', 'a.txt@0'])).err).toContain('next: entente log a.txt');
  });

  it('[CL25] diff is a unified diff that patch takes', async () => {
    const long = Array.from({ length: 30 }, (_, index) => `line ${index}\n`).join('');
    await versions(long, long.replace('line 3\n', 'LINE 3\n').replace('line 25\n', ''), `${long}end`);
    const { out } = await desk.run(['diff', 'a.txt', '1', '2']);
    expect(out).toContain('@@ -1,7 +1,7 @@');
    expect(out).toContain('-line 25\n');
    desk.write('one', long);
    const { execFileSync } = await import('node:child_process');
    expect(execFileSync('patch', ['-s', '-o', '-', 'one'], { cwd: desk.folder, input: out }).toString()).toBe(
      long.replace('line 3\n', 'LINE 3\n').replace('line 25\n', ''),
    );
    expect((await desk.run(['diff', 'a.txt', '1', '3'])).out).toContain('\\ No newline at end of file');
    expect((await desk.run(['diff', 'a.txt', '2', '2'])).out).toBe('');
    expect((await desk.run(['diff', 'a.txt', '0', '1'])).out).toContain('+line 0');
  });

  it('[CL26] undo brings an earlier version back as a new one', async () => {
    await versions('1\n', '2\n', '3\n');
    expect((await desk.run(['undo', 'a.txt', '--json'])).json()).toMatchObject({ status: 'committed', version: 4 });
    expect((await desk.run(['show', 'a.txt', '-q'])).out).toBe('2\n');
    await desk.run(['undo', 'a.txt', '--to', 'v1']);
    expect((await desk.run(['show', 'a.txt', '-q'])).out).toBe('1\n');
    await desk.run(['undo', 'a.txt', '--to', '0']);
    expect((await desk.run(['show', 'a.txt'])).code).toBe(3);
    expect((await desk.run(['undo', 'a.txt', '--to', '9'])).code).toBe(2);
  });

  it('[CL27] watch is NDJSON with cursors: --since goes on without gap or double', async () => {
    await versions('1\n', '2\n', '3\n');
    const lines = async (...argv: string[]): Promise<{ cursor: string; changes: { version: number }[] }[]> =>
      (await desk.run(['watch', ...argv])).out
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line));
    const all = await lines('--once');
    const told = (items: typeof all): unknown => items.map(({ changes }) => changes[0]?.version);
    expect(told(all)).toEqual([1, 2, 3]);
    expect(told(await lines('--since', 'start', '--limit', '2'))).toEqual([1, 2]);
    expect(told(await lines('--once', '--since', all[0]?.cursor ?? ''))).toEqual([2, 3]);
    expect(await lines('other/**', '--once')).toEqual([]);
    expect((await desk.run(['watch', '--once', '--since', 'junk'])).code).toBe(2);
    for (const cursor of [
      'elsewhere:1',
      'elsewhere:3',
      'elsewhere:9',
      all[0]?.cursor.replace(/\d+$/, '9'.repeat(15)) ?? '',
    ]) {
      expect([cursor, (await desk.run(['watch', '--once', '--since', cursor])).code]).toEqual([cursor, 6]);
    }
  });

  it('[CL27] watch tells a commit while it waits', async () => {
    const watching = desk.run(['watch', 'a.*', '--limit', '1']);
    const other = async (): Promise<void> => {
      for (let index = 0; index < 50; index += 1) {
        await desk.run(['commit', 'a.txt', '-q', '--agent', 'A'], { stdin: `${index}\n` });
        if ((await Promise.race([watching, new Promise((resolve) => setTimeout(resolve, 20))])) !== undefined) return;
      }
    };
    await other();
    expect(JSON.parse((await watching).out)).toMatchObject({
      type: 'commit',
      agent: 'A',
      changes: [{ resource: 'a.txt' }],
    });
  });

  it('[CL28] policy: set, show, explain and test agree', async () => {
    const file = desk.write(
      'p.json',
      '{"rules":[["**/*.json","merge(json)"],["logs/**","merge(append)"]],"default":"escalate"}',
    );
    expect((await desk.run(['policy', 'set', file])).code).toBe(0);
    expect((await desk.run(['policy', 'show', '--json'])).json()).toMatchObject({
      default: 'escalate',
      rules: [['**/*.json', 'merge(json)'], expect.anything()],
    });
    const explain = async (id: string): Promise<unknown> =>
      (await desk.run(['policy', 'explain', id, '--json'])).json();
    expect(await explain('a/b.json')).toMatchObject({
      pattern: '**/*.json',
      index: 0,
      source: 'stored',
      strategy: 'merge(json)',
    });
    expect(await explain('x')).toEqual({ resource: 'x', strategy: 'escalate', source: 'default' });
    expect(await explain('logs/x')).toMatchObject({ engine: { engine: 'append', by: 'policy' } });
    const told = (await desk.run(['policy', 'explain', 'logs/x'])).out;
    expect(told).toContain('engine: append (the rule names it)');
    expect(told).toContain('rule 2 of the stored policy');
    expect((await desk.run(['policy', 'test', file, 'logs/x', '--json'])).json()).toMatchObject({
      ok: true,
      items: [{ resource: 'logs/x', index: 1, strategy: 'merge(append)' }],
    });
    expect((await desk.run(['policy', 'set', desk.write('bad.json', '{"rules":[["{a,b}","escalate"]]}')])).code).toBe(
      7,
    );
    expect((await desk.run(['policy', 'show', '--json'])).json()).toMatchObject({ default: 'escalate' });
    expect((await desk.run(['policy', 'set', file, '--revision', '0'])).code).toBe(5);
    expect((await desk.run(['policy', 'set', '-'], { stdin: '{"rules":[]}' })).code).toBe(0);
  });

  it('[CL29] status tells the store, what is in flight and whether it is stale', async () => {
    await versions('1\n');
    await desk.run(['begin', 'a.txt', '-o', 'w.txt', '--agent', 'B']);
    await versions('2\n');
    const told = (await desk.run(['status', '--json'])).json();
    expect(told).toMatchObject({
      store: desk.store,
      counts: { totalResources: 1, commits: 2 },
    });
    expect(told['inFlight']).toContainEqual(
      expect.objectContaining({
        id: 'a.txt',
        agent: 'B',
        version: 1,
        current: 2,
        stale: true,
        file: desk.path('w.txt'),
      }),
    );
    expect((await desk.run(['status'])).out).toContain('stale, now v2');
  });
});
