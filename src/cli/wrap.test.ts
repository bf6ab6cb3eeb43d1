// `entente wrap` as it is typed: what it does not start on. What it does stands in src/guard/wrap and test/wrap.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk } from '../../test/support/command-line.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk.close());

describe('wrap', () => {
  it('[WR9] no files, a variable without a path, a store in memory and no server are misuse', async () => {
    for (const argv of [
      ['--', 'server'],
      ['--env', 'memory.jsonl', '--', 'server'],
      ['--env', 'X=memory.jsonl', '--store', 'memory:', '--', 'server'],
      ['--file', 'memory.jsonl', '--', desk.path('nowhere')],
    ]) {
      const { code, out, err } = await desk.run(['wrap', ...argv]);
      expect([argv, code, out]).toEqual([argv, 2, '']);
      expect(err).toMatch(/next:/);
    }
  });
});
