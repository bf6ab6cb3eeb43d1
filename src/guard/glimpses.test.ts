// A hook is asked, and its host reads a moment later: what came to lie on disk in between.
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { LINES, toolCall, type Ward, ward, withLine } from '../../test/support/guard.ts';
import { hashOf } from '../core/hash.ts';
import { createBooks, foldBook, linesOfBook } from './spool/book.ts';
import { placesIn } from './spool/places.ts';

const F = 'plan.md';
const open: Ward[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.remove();
});

async function make(): Promise<Ward> {
  const made = await ward({ [F]: LINES });
  open.push(made);
  await made.guard.capture();
  return made;
}

async function write({ guard, put, text }: Ward, agent: string, content: string): Promise<string> {
  const call = toolCall(agent, F, { content });
  await guard.before(call);
  put(F, content);
  await guard.after(call);
  return text(F) ?? '';
}

const bookOf = ({ home }: Ward) => createBooks(placesIn(join(home, 'guard'), 'default').books).open(F);

/** `a` reads what `stale` has put there, over what `b` had done before `a` was asked. */
async function glimpsed(w: Ward): Promise<string> {
  await w.guard.read({ agent: 'stale', path: F });
  await w.guard.read({ agent: 'b', path: F });
  await write(w, 'b', withLine(LINES, 9, 'B'));
  await w.guard.read({ agent: 'a', path: F });
  const call = toolCall('stale', F, { content: withLine(LINES, 5, 'STALE') });
  await w.guard.before(call);
  w.put(F, withLine(LINES, 5, 'STALE'));
  const read = w.text(F) ?? '';
  await w.guard.after(call);
  expect(w.text(F)).toBe(withLine(withLine(LINES, 9, 'B'), 5, 'STALE'));
  return read;
}

const ALL = withLine(withLine(withLine(LINES, 9, 'B'), 5, 'STALE'), 2, 'A');

describe('what lay on disk between a hook and the read of its host', () => {
  it('[GD46] a whole file that was made from a stale one, which lay there for a moment, takes nothing of others out', async () => {
    const w = await make();
    const read = await glimpsed(w);
    expect(read).not.toContain('B');
    expect(await write(w, 'a', withLine(read, 2, 'A'))).toBe(ALL);
    expect((await w.controller.conflicts({ state: 'open' })).items).toEqual([]);
  });

  it('[GD46] so does one after a replacement by the same agent', async () => {
    const w = await make();
    const read = await glimpsed(w);
    const call = toolCall('a', F, { edits: [{ old: 'line 3', new: 'A too' }] });
    await w.guard.before(call);
    w.replace(F, 'line 3', 'A too');
    await w.guard.after(call);
    expect(await write(w, 'a', withLine(read.replace('line 3', 'A too'), 2, 'A'))).toBe(ALL.replace('line 3', 'A too'));
  });

  it('[GD46] a version that was read in between, and changed again, is no conflict', async () => {
    const w = await make();
    await w.guard.read({ agent: 'b', path: F });
    await w.guard.read({ agent: 'a', path: F });
    const read = await write(w, 'b', withLine(LINES, 9, 'B'));
    await write(w, 'b', withLine(LINES, 9, 'B again'));
    const both = withLine(withLine(LINES, 9, 'B again'), 2, 'A');
    expect(await write(w, 'a', withLine(read, 2, 'A'))).toBe(both);
    expect((await w.controller.conflicts({ state: 'open' })).items).toEqual([]);
  });

  it('[GD46] one that has a part alone of what came was made from something that nobody saw: nothing is taken for undone', async () => {
    const w = await make();
    await w.guard.read({ agent: 'a', path: F });
    w.put(F, withLine(LINES, 9, 'HUMAN'));
    const read = w.text(F) ?? '';
    w.put(F, withLine(read, 5, 'HUMAN TOO'));
    await w.guard.capture();
    const all = withLine(withLine(read, 5, 'HUMAN TOO'), 2, 'A');
    expect(await write(w, 'a', withLine(read, 2, 'A'))).toBe(all);
  });

  it('[GD46] what was there is kept with what its agent knows, in a book that is written anew too, and ends with its next read', async () => {
    const w = await make();
    const read = await glimpsed(w);
    const book = bookOf(w);
    expect(book.glimpses.get('a')?.map(({ hash }) => hash)).toContain(hashOf(read));
    expect(foldBook(F, linesOfBook(book)).glimpses).toEqual(book.glimpses);
    await w.guard.read({ agent: 'a', path: F });
    expect(bookOf(w).glimpses.has('a')).toBe(false);
    // Eight at most: a host reads soon after its hook.
    for (let n = 0; n < 12; n += 1) {
      w.put(F, withLine(w.text(F) ?? '', 7, `HUMAN ${n}`));
      await w.guard.capture();
    }
    expect(bookOf(w).glimpses.get('a')).toHaveLength(8);
  });
});
