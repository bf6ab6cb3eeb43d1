// What is known of agents goes when they are silent for long, and never of one that was heard from.
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { LINES, toolCall, type Ward, ward, withLine } from '../../../test/support/guard.ts';
import { createBooks, foldBook } from './book.ts';
import { createDesk } from './desk.ts';
import { expireAgents, SILENT_MS } from './expire.ts';
import { placesIn } from './places.ts';

const open: Ward[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.remove();
});

const F = 'plan.md';
const DAY = 24 * 60 * 60 * 1000;

async function make(): Promise<{ readonly w: Ward; readonly sights: () => readonly string[] }> {
  const w = await ward({ [F]: LINES });
  open.push(w);
  const { books } = placesIn(join(w.home, 'guard'), 'default');
  return { w, sights: () => [...createBooks(books).open(F).sights.keys()].sort() };
}

describe('agents that are silent', () => {
  it('[GD41] what an agent read goes 30 days after it was heard from last, in whatever file, and not before', async () => {
    const { w, sights } = await make();
    for (const agent of ['gone', 'busy']) await w.guard.read({ agent, path: F });
    w.pass(20 * DAY);
    w.put('other.md', 'x\n');
    await w.guard.read({ agent: 'busy', path: 'other.md' });
    await w.guard.capture();
    expect(sights()).toEqual(['busy', 'gone']);
    w.pass(11 * DAY);
    await w.guard.capture();
    expect(sights()).toEqual(['busy']);
    // Who was heard from writes on what it read 31 days ago; who was not has to read again.
    w.put(F, withLine(LINES, 9, 'PERSON'));
    const busy = toolCall('busy', F, { content: withLine(LINES, 2, 'BUSY') });
    expect((await w.guard.before(busy)).do).toBe('merged');
    const back = await w.guard.before(toolCall('gone', F, { content: withLine(LINES, 2, 'GONE') }));
    expect(back).toMatchObject({ do: 'stop', note: expect.stringContaining('you have not read it') });
  });

  it('[GD41] an announced write that never came goes with its agent, and its bytes can be had until they are trimmed', async () => {
    const { w } = await make();
    await w.guard.read({ agent: 'gone', path: F });
    const content = withLine(LINES, 2, 'NEVER');
    await w.guard.before(toolCall('gone', F, { content }));
    w.pass(SILENT_MS + DAY);
    await w.guard.capture();
    const places = placesIn(join(w.home, 'guard'), 'default');
    expect(createBooks(places.books).open(F).intents).toEqual([]);
    const [kept] = (await w.guard.recoverable(F)).filter(({ version }) => version === undefined);
    expect(Buffer.from((await w.guard.recover(F, { hash: kept?.hash ?? '' })) ?? []).toString()).toBe(content);
  });

  it('[GD41] an agent of which nobody wrote down when it was heard from has its month from now; a line that comes meanwhile stays', async () => {
    const { w } = await make();
    const places = placesIn(join(w.home, 'guard'), 'default');
    const books = createBooks(places.books);
    books.append(F, [{ t: 'sight', a: 'old', s: { hash: 'a'.repeat(64) } }]);
    expect(expireAgents(places, 1000)).toBe(0);
    expect(
      createDesk(places.desk, () => 0)
        .read()
        .alive.get('old'),
    ).toBe(1000);
    expect(expireAgents(places, 1000 + SILENT_MS)).toBe(0);
    createDesk(places.desk, () => 0).session('old', { at: 5 });
    expect(expireAgents(places, 1001 + SILENT_MS)).toBe(1);
    expect([...books.open(F).sights]).toEqual([]);
    const { alive, sessions } = createDesk(places.desk, () => 0).read();
    expect([alive.size, sessions.size]).toEqual([0, 0]);
    expect(foldBook(F, []).sights.size).toBe(0);
  });
});
