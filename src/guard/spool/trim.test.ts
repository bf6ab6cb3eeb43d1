// What of the kept bytes goes, and what stays whatever its age.
import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { LINES, toolCall, type Ward, ward, withLine } from '../../../test/support/guard.ts';
import { hashOf } from '../../core/hash.ts';
import { createObjects } from './objects.ts';
import { TRIM_RULE, trimObjects } from './trim.ts';

const open: Ward[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.remove();
});

const F = 'plan.md';
const DAY = 24 * 60 * 60 * 1000;

function age({ home }: Ward, hash: string, days: number): void {
  const at = (Date.now() - days * DAY) / 1000;
  utimesSync(join(home, 'guard/objects', hash.slice(0, 2), hash.slice(2)), at, at);
}

describe('kept bytes', () => {
  it('[GD34] what is announced, known or refused stays at any age; what nothing goes by is gone after a month, and recover says so', async () => {
    const w = await ward({ [F]: LINES });
    open.push(w);
    const state = join(w.home, 'guard');
    const objects = createObjects(join(state, 'objects'));
    await w.guard.read({ agent: 'a', path: F });
    w.put(F, withLine(LINES, 2, 'HUMAN'));
    const refused = withLine(LINES, 2, 'A');
    expect((await w.guard.before(toolCall('a', F, { content: refused }))).do).toBe('stop');
    const loose = Buffer.from('nobody knows these\n');
    const young = Buffer.from('nor these\n');
    for (const bytes of [loose, young]) objects.keep(bytes);
    for (const hash of [hashOf(loose), hashOf(LINES), hashOf(refused)]) age(w, hash, 40);
    age(w, hashOf(young), 20);
    expect(trimObjects(state, Date.now())).toBe(1);
    expect(objects.has(hashOf(loose))).toBe(false);
    for (const text of [LINES, refused, young]) expect(objects.has(hashOf(text))).toBe(true);
    // The call is over, and the write never happened: what was announced is nothing that anybody goes by.
    await w.guard.after({ ...toolCall('a', F, { content: refused }), failed: true });
    const [announced] = (await w.guard.recoverable(F)).filter(({ version }) => version === undefined);
    expect(announced).toMatchObject({ hash: hashOf(refused), size: refused.length });
  });

  it('[GD34] the oldest go first where all is too much, and none that is a day old', async () => {
    const w = await ward();
    open.push(w);
    const state = join(w.home, 'guard');
    const objects = createObjects(join(state, 'objects'));
    const kept = [5, 4, 3, 0].map((days) => {
      const hash = objects.keep(Buffer.alloc(1000, days));
      age(w, hash, days);
      return hash;
    });
    expect(trimObjects(state, Date.now(), { ...TRIM_RULE, mostBytes: 2500 })).toBe(2);
    expect(kept.map((hash) => objects.has(hash))).toEqual([false, false, true, true]);
    expect(trimObjects(state, Date.now(), { ...TRIM_RULE, mostBytes: 0 })).toBe(1);
    expect(objects.has(kept[3] ?? '')).toBe(true);
    // What is kept once more is young again.
    age(w, kept[3] ?? '', 40);
    objects.keep(Buffer.alloc(1000, 0));
    expect(trimObjects(state, Date.now())).toBe(0);
  });

  it('[GD34] recover lists what is gone, and says so when it is asked for it', async () => {
    const w = await ward({ [F]: LINES });
    open.push(w);
    const state = join(w.home, 'guard');
    await w.guard.read({ agent: 'a', path: F });
    const never = withLine(LINES, 3, 'never written');
    const call = toolCall('a', F, { content: never });
    await w.guard.before(call);
    await w.guard.after({ ...call, failed: true });
    age(w, hashOf(never), 31);
    expect(trimObjects(state, Date.now())).toBe(1);
    expect(await w.guard.recoverable(F)).toContainEqual(expect.objectContaining({ hash: hashOf(never), gone: true }));
    await expect(w.guard.recover(F, { hash: hashOf(never) })).rejects.toMatchObject({
      ...{ code: 'not-found', message: expect.stringContaining('no longer kept') },
    });
    expect(Buffer.from((await w.guard.recover(F, { version: 1 })) ?? []).toString()).toBe(LINES);
  });
});
