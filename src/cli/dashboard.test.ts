// The way from a terminal to the dashboard: a link that logs in once.
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDesk } from '../../test/support/command-line.ts';

const FIXTURE = fileURLToPath(new URL('../../test/fixtures/dashboard', import.meta.url));

/** The line of JSON that a server prints when it listens. */
async function started(child: ChildProcess): Promise<{ readonly url: string; readonly dashboard?: string }> {
  let output = '';
  onTestFinished(() => void child.kill('SIGKILL'));
  for await (const chunk of child.stdout ?? []) {
    output += String(chunk);
    if (output.includes('\n')) break;
  }
  return JSON.parse(output) as { url: string; dashboard?: string };
}

async function logIn(link: string): Promise<number> {
  const [url = '', code = ''] = link.split('/#login=');
  const headers = { 'content-type': 'application/json' };
  return (await fetch(`${url}/v1/login`, { method: 'POST', headers, body: JSON.stringify({ code }) })).status;
}

describe('the link to the dashboard', () => {
  it('[HT24] serve prints one that logs in once, dashboard another one, and neither holds the key', async () => {
    const desk = await openDesk();
    onTestFinished(() => desk.close());
    const { url, dashboard: link = '' } = await started(
      desk.shell(['serve', '--port', '0', '--dashboard', FIXTURE, '--json']),
    );
    expect(link.startsWith(`${url}/#login=`)).toBe(true);
    expect([await logIn(link), await logIn(link)]).toEqual([200, 401]);
    const port = new URL(url).port;
    const { code, out, err } = await desk.run(['dashboard', '--port', port]);
    expect([code, err]).toEqual([0, expect.stringContaining('5 minutes')]);
    expect(out.startsWith(`${url}/#login=`)).toBe(true);
    expect([await logIn(out.trim()), await logIn(out.trim())]).toEqual([200, 401]);
    const key = readFileSync(join(desk.folder, '.entente', 'server.key'), 'utf8').trim();
    for (const text of [link, out]) expect(text.includes(key) || text.includes('ent_')).toBe(false);
    const named = await desk.run(['dashboard', '--store', url, '--json']);
    expect(JSON.parse(named.out)).toMatchObject({ url: expect.stringContaining('/#login=') });
  });

  it('[HT24] where the API is served alone no link is printed, and a socket has none', async () => {
    const desk = await openDesk();
    onTestFinished(() => desk.close());
    const alone = await started(desk.shell(['serve', '--port', '0', '--no-dashboard', '--json']));
    expect(alone.dashboard).toBeUndefined();
    expect((await fetch(`${alone.url}/`)).status).toBe(404);
    const { code, err } = await desk.run(['dashboard', '--store', 'unix:/tmp/none.sock']);
    expect([code, err]).toEqual([2, expect.stringContaining('reach a server by its socket')]);
  });
});
