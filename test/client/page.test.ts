// The client as a page of the server's own origin has it: in a realm with the interfaces of the web and nothing of Node.
// No browser is started for it; what is loaded there is held by the house's test of imports too.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { openServer } from '../support/server.ts';

it('[CT10] works in a realm that has what a page has: begin, commit, update, a set, a feed, lists and faults', async () => {
  const server = await openServer();
  onTestFinished(() => server.close());
  const { key } = await server.caller('page');
  const realm = fileURLToPath(new URL('./page-realm.mjs', import.meta.url));
  const argv = ['--experimental-vm-modules', '--no-warnings', realm];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, argv, {
    env: { ...process.env, PAGE_URL: server.url, PAGE_KEY: key },
  });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({
    node: [],
    statuses: ['committed', 'conflict', 'committed', 'committed', 'unknown'],
    commitId: expect.stringMatching(/^[0-9a-f]{64}$/),
    text: 'ONE\n\nTWO\n',
    told: ['notes/a.md@1', 'notes/a.md@2', 'notes/a.md@3', 'x@1', 'y@1'],
    listed: ['notes/a.md', 'x', 'y'],
    codes: ['misuse', 'unauthenticated'],
  });
});
