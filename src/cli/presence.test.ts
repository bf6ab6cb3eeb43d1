// Who else is at it, on the command line.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk } from '../../test/support/command-line.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
  await desk.run(['init']);
  desk.write('plan.md', '# Plan\n');
  await desk.run(['commit', 'plan.md', 'plan.md', '--agent', 'zoe']);
});
afterEach(() => desk.close());

describe('who else is at it', () => {
  it('[WE6] begin with a note is told to others who begin, and status lists it until it is committed', async () => {
    const ann = await desk.run([
      'begin',
      'plan.md',
      '--agent',
      'ann',
      '--note',
      'shorten \u001b[31mit',
      '-o',
      'ann.md',
    ]);
    expect(ann.err).not.toContain('open too');
    const bob = await desk.run(['begin', 'plan.md', '--agent', 'bob']);
    expect(bob.out).toBe('# Plan\n');
    expect(bob.err).toMatch(/^ann has it open too, on v1, since \d+ s ago: "shorten \[31mit"$/m);
    const json = (await desk.run(['begin', 'plan.md', '--agent', 'bob', '--json'])).json();
    expect(json).toMatchObject({ others: [{ agent: 'ann', resource: 'plan.md', version: 1 }] });
    expect((await desk.run(['status'])).out).toMatch(/^plan\.md +ann +v1 +\d+ s ago +shorten \[31mit$/m);
    expect((await desk.run(['status', '--json'])).json()).toMatchObject({ announced: [{ agent: 'ann' }] });
    desk.write('ann.md', '# Plan\n\nShort.\n');
    await desk.run(['commit', 'plan.md', 'ann.md', '--agent', 'ann']);
    expect((await desk.run(['status', '--json'])).json()).toMatchObject({ announced: [] });
    expect((await desk.run(['begin', 'plan.md', '--agent', 'cleo'])).err).not.toContain('open too');
  });
});
