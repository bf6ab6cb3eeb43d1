// What others commit reaches the disk, and never over bytes that are no version.
import { chmodSync, statSync, symlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { LINES, toolCall, type Ward, type WardOptions, ward, withLine } from '../../test/support/guard.ts';
import type { Decision } from '../core/resolution.ts';
import { parseSpace } from '../core/resource.ts';
import type { Arrived, Captured } from './types.ts';

const F = 'notes/plan.md';
const open: Ward[] = [];
const ends: (() => Promise<void>)[] = [];
async function make(files: { readonly [path: string]: string } = {}, options: WardOptions = {}): Promise<Ward> {
  const made = await ward(files, options);
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  for (const one of open.splice(0)) one.remove();
});

interface Following {
  readonly arrived: Arrived[];
  readonly captured: Captured[];
  readonly twins: string[];
  readonly faults: string[];
  end(): Promise<void>;
}

function follow(w: Ward): Following {
  const stop = new AbortController();
  const heard = { arrived: [] as Arrived[], captured: [] as Captured[], twins: [] as string[], faults: [] as string[] };
  const done = w.guard.follow({
    signal: stop.signal,
    later: (_ms, work) => {
      const timer = setTimeout(work, 5);
      return () => clearTimeout(timer);
    },
    onArrived: (one) => heard.arrived.push(one),
    onCaptured: (some) => heard.captured.push(...some),
    onTwin: (path, twin) => heard.twins.push(`${path} ${twin}`),
    onFault: (error) => heard.faults.push((error as Error).message),
  });
  const end = async (): Promise<void> => {
    stop.abort();
    await done;
  };
  ends.push(end);
  return { ...heard, end };
}

/** Waits for what has to come; a test that waits in vain ends by its own time. */
async function until(ready: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await ready())) await sleep(2);
}

async function commit({ controller }: Ward, agent: string, content: string | null, path: string = F): Promise<void> {
  const { token } = await controller.begin(path, { agent });
  const outcome = await controller.commit(token, content === null ? { delete: true } : { content });
  expect(outcome.status).toBe('committed');
}

async function head(w: Ward, path: string = F): Promise<string> {
  return Buffer.from((await w.controller.read(path))?.content ?? []).toString();
}

async function conflicts({ controller }: Ward): Promise<readonly string[]> {
  return (await controller.conflicts({ state: 'open' })).items.map(({ id }) => id);
}

/** A file that a person saved, over lines that bob committed before the guard saw either. */
async function clash(): Promise<{ readonly w: Ward; readonly heard: Following; readonly id: string }> {
  const w = await make({ [F]: LINES });
  await w.guard.capture();
  w.put(F, withLine(LINES, 5, 'PERSON'));
  await commit(w, 'bob', withLine(LINES, 5, 'BOB'));
  const heard = follow(w);
  await until(() => heard.captured.length > 0);
  const [id = ''] = await conflicts(w);
  expect(heard.captured).toEqual([expect.objectContaining({ path: F, conflictId: id, version: 2 })]);
  return { w, heard, id };
}

async function decide(w: Ward, id: string, decision: Decision): Promise<void> {
  const outcome = await w.controller.resolve(id, decision, { agent: 'judge' });
  expect(['committed', 'merged', 'unchanged', 'aborted']).toContain(outcome.status);
}

describe('following what others commit', () => {
  it('[GD37] a commit, a new resource and a delete of others are on disk, the mode kept', async () => {
    const w = await make({ [F]: LINES, 'run.sh': 'one\n' });
    chmodSync(w.file('run.sh'), 0o750);
    await w.guard.capture();
    const heard = follow(w);
    await commit(w, 'bob', withLine(LINES, 2, 'BOB'));
    await until(() => w.text(F) === withLine(LINES, 2, 'BOB'));
    await commit(w, 'bob', 'two\n', 'run.sh');
    await commit(w, 'bob', 'new\n', 'deep/er/new.md');
    await until(() => w.text('deep/er/new.md') === 'new\n' && w.text('run.sh') === 'two\n');
    expect(statSync(w.file('run.sh')).mode & 0o777).toBe(0o750);
    await commit(w, 'bob', null);
    await until(() => w.text(F) === undefined);
    await until(() => heard.arrived.length === 4);
    expect(heard.arrived.map(({ path, agent, deleted }) => `${path} ${agent} ${deleted}`)).toEqual([
      `${F} bob false`,
      'run.sh bob false',
      'deep/er/new.md bob false',
      `${F} bob true`,
    ]);
    expect(heard.faults).toEqual([]);
  });

  it('[GD37] a guard that starts again brings what came meanwhile; the first one makes no file of what was there before it', async () => {
    const w = await make({ [F]: LINES });
    await commit(w, 'bob', 'older\n', 'older.md');
    await w.guard.capture();
    const first = follow(w);
    await commit(w, 'bob', withLine(LINES, 1, 'ONE'));
    await until(() => w.text(F) === withLine(LINES, 1, 'ONE'));
    await first.end();
    await commit(w, 'bob', withLine(LINES, 1, 'TWO'));
    await commit(w, 'bob', 'new\n', 'new.md');
    expect(w.text(F)).toBe(withLine(LINES, 1, 'ONE'));
    follow(w);
    await until(() => w.text(F) === withLine(LINES, 1, 'TWO') && w.text('new.md') === 'new\n');
    expect(w.text('older.md')).toBeUndefined();
  });

  it('[GD37] a guard that stops while files wait leaves none of them out', async () => {
    const w = await make({ [F]: LINES });
    await w.guard.capture();
    const names = Array.from({ length: 20 }, (_, index) => `file-${index}.md`);
    const first = follow(w);
    await commit(w, 'bob', 'first\n', 'first.md');
    await until(() => first.arrived.length === 1);
    for (const name of names) await commit(w, 'bob', `${name}\n`, name);
    await until(() => first.arrived.length > 1);
    await first.end();
    follow(w);
    await until(() => names.every((name) => w.text(name) === `${name}\n`));
  });

  it('[GD37] where the log no longer reaches back to the cursor, every file is looked at', async () => {
    const w = await make({ [F]: LINES });
    await w.guard.capture();
    const first = follow(w);
    await commit(w, 'bob', withLine(LINES, 1, 'ONE'));
    await until(() => first.arrived.length === 1);
    await first.end();
    await commit(w, 'bob', withLine(LINES, 1, 'TWO'));
    await commit(w, 'bob', 'new\n', 'new.md');
    const { revision } = await w.controller.stats();
    await w.store.trim(parseSpace('default'), revision);
    follow(w);
    await until(() => w.text(F) === withLine(LINES, 1, 'TWO') && w.text('new.md') === 'new\n');
  });

  it('[GD38] what lies on disk and no version has is taken first, and merged where it lies apart', async () => {
    const w = await make({ [F]: LINES });
    await w.guard.capture();
    w.put(F, withLine(LINES, 9, 'PERSON'));
    await commit(w, 'bob', withLine(LINES, 2, 'BOB'));
    const heard = follow(w);
    const both = withLine(withLine(LINES, 9, 'PERSON'), 2, 'BOB');
    await until(() => w.text(F) === both);
    expect(await head(w)).toBe(both);
    await until(() => heard.captured.length === 1);
    expect(heard.captured[0]).toMatchObject({ agent: 'external', version: 3 });
    expect(await conflicts(w)).toEqual([]);
  });

  it('[GD38] where both changed the same place the disk keeps its bytes, and the decision is put there', async () => {
    for (const [use, line] of [
      ['current', 'BOB'],
      ['proposed', 'PERSON'],
    ] as const) {
      const { w, id, heard } = await clash();
      expect([await head(w), w.text(F)]).toEqual([withLine(LINES, 5, 'BOB'), withLine(LINES, 5, 'PERSON')]);
      // Looked at again it stays so, and opens nothing.
      await w.guard.capture();
      await w.guard.capture([F]);
      expect([await conflicts(w), w.text(F)]).toEqual([[id], withLine(LINES, 5, 'PERSON')]);
      await decide(w, id, { use });
      await until(() => w.text(F) === withLine(LINES, 5, line));
      await heard.end();
      await w.guard.capture();
      expect([await conflicts(w), await head(w)]).toEqual([[], withLine(LINES, 5, line)]);
    }
  });

  it('[GD38] a delete does not take away what no version has', async () => {
    const w = await make({ [F]: LINES });
    await w.guard.capture();
    w.put(F, withLine(LINES, 5, 'PERSON'));
    await commit(w, 'bob', null);
    const heard = follow(w);
    await until(() => heard.captured.length === 1);
    expect([w.text(F), (await conflicts(w)).length]).toEqual([withLine(LINES, 5, 'PERSON'), 1]);
  });

  it('[GD38] a file that begins on both sides is one of two, not the other one changed', async () => {
    const w = await make();
    const heard = follow(w);
    await commit(w, 'bob', 'first\n', 'first.md');
    await until(() => heard.arrived.length === 1);
    w.put('new.md', 'of the person\n');
    await commit(w, 'bob', 'of bob\n', 'new.md');
    await until(() => heard.captured.length === 1);
    expect([w.text('new.md'), await head(w, 'new.md')]).toEqual(['of the person\n', 'of bob\n']);
    expect((await conflicts(w)).length).toBe(1);
  });

  it('[GD38] a person goes on: apart from the clash it is a version, in it it waits, and the decision comes with both', async () => {
    const { w, id } = await clash();
    const apart = withLine(withLine(LINES, 5, 'PERSON'), 9, 'APART');
    w.put(F, apart);
    await w.guard.capture([F]);
    expect([w.text(F), await head(w)]).toEqual([apart, withLine(withLine(LINES, 5, 'BOB'), 9, 'APART')]);
    const more = withLine(apart, 5, 'PERSON, and more');
    w.put(F, more);
    await w.guard.capture([F]);
    expect([w.text(F), await conflicts(w)]).toEqual([more, [id]]);
    const kept = await w.guard.recoverable(F);
    const texts = await Promise.all(kept.map(({ hash }) => w.guard.recover(F, { hash })));
    expect(texts.map((bytes) => Buffer.from(bytes ?? []).toString())).toContain(more);
    await commit(w, 'bob', withLine(await head(w), 2, 'TWO'));
    await decide(w, id, { use: 'proposed' });
    const all = withLine(more, 2, 'TWO');
    await until(() => w.text(F) === all);
    await until(async () => (await head(w)) === all);
    expect(await conflicts(w)).toEqual([]);
  });

  it('[GD38] an agent is told once as it reads, and what it writes is put on disk with what others committed', async () => {
    const { w, id } = await clash();
    expect(await w.guard.read({ agent: 'a', path: F })).toMatchObject({ note: expect.stringContaining(id) });
    expect(await w.guard.read({ agent: 'a', path: F })).toEqual({ do: 'nothing' });
    expect(w.text(F)).toBe(withLine(LINES, 5, 'PERSON'));
    const edit = toolCall('a', F, { edits: [{ old: 'line 9', new: 'AGENT' }] });
    await w.guard.before(edit);
    w.replace(F, 'line 9', 'AGENT');
    await w.guard.after(edit);
    const both = withLine(withLine(LINES, 5, 'BOB'), 9, 'AGENT');
    expect([w.text(F), await head(w), await conflicts(w)]).toEqual([both, both, [id]]);
    await decide(w, id, { use: 'proposed' });
    await until(() => w.text(F) === withLine(both, 5, 'PERSON'));
  });

  it('[GD39] what the guard put on disk or committed comes back to nothing', async () => {
    const w = await make({ [F]: LINES });
    await w.guard.capture();
    const heard = follow(w);
    await commit(w, 'bob', withLine(LINES, 2, 'BOB'));
    await until(() => heard.arrived.length === 1);
    await w.guard.capture([F]);
    w.put(F, withLine(LINES, 2, 'PERSON'));
    const { length } = await w.guard.capture([F]);
    const { ino, mtimeNs } = statSync(w.file(F), { bigint: true });
    const { revision } = await w.controller.stats();
    await commit(w, 'bob', 'x\n', 'other.md');
    await until(() => w.text('other.md') === 'x\n');
    await w.guard.capture();
    const after = statSync(w.file(F), { bigint: true });
    expect([length, after.ino, after.mtimeNs]).toEqual([1, ino, mtimeNs]);
    expect((await w.controller.stats()).revision).toBe(revision + 1);
    expect(heard.captured).toEqual([]);
  });

  it('[GD40] links, twins in letter case and what is left alone are not written; told once, and nobody waits for them', async () => {
    const w = await make({ 'Read.md': 'there\n', '.gitignore': 'out/\n' }, { git: true });
    symlinkSync('/tmp', w.file('away'));
    await w.guard.capture();
    const heard = follow(w);
    for (const path of ['away/x.md', 'read.md', 'out/made.md', '.env', 'last.md']) await commit(w, 'bob', 'x\n', path);
    await until(() => w.text('last.md') === 'x\n' && heard.faults.length > 0);
    await sleep(30);
    expect(heard.faults).toEqual([expect.stringContaining('away')]);
    expect(heard.twins).toEqual(['read.md Read.md']);
    for (const path of ['read.md', 'out/made.md', '.env']) expect(w.text(path)).toBeUndefined();
  });
});
