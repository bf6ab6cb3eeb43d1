// Values of the command line, judged by the schemas of the service: the same values, sent to a server, are refused there.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Desk, openDesk } from '../../test/support/command-line.ts';
import { type Answer, type Caller, openServer, type Server } from '../../test/support/server.ts';

let desk: Desk;
let server: Server;
let ann: Caller;
beforeAll(async () => {
  desk = await openDesk();
  server = await openServer({ http: { dashboard: false } });
  ann = await server.caller('ann');
});
afterAll(async () => {
  await server.close();
  desk.close();
});

const LONG = 'n'.repeat(2001);

const draft = (json: object): Promise<Answer> =>
  ann.ask('POST', '/drafts', { json: { id: 'a', agent: 'ann', ...json } });
const key = (json: object): Promise<Answer> =>
  ann.ask('POST', '//v1/keys', { json: { name: 'x', grants: ['read:**'], ...json } });
const KEY = ['keys', 'create'];

/** What is typed, its exit code, and the same value over HTTP. */
const REFUSED: readonly (readonly [argv: readonly string[], exit: number, ask: () => Promise<Answer>])[] = [
  [['begin', 'a//b'], 7, () => draft({ id: 'a//b' })],
  [['log', 'a/../b'], 7, () => ann.ask('GET', '/resource/versions?id=a/../b')],
  [['policy', 'explain', '/a'], 7, () => ann.ask('POST', '/policy/explain', { json: { id: '/a' } })],
  [['status', '--agent', 'a\u0007'], 7, () => draft({ agent: 'a\u0007' })],
  [['status', '--space', '~entente'], 7, () => ann.ask('GET', '//v1/spaces/~entente/resources')],
  [['conflicts', '--pattern', 'a**b'], 7, () => ann.ask('GET', '/conflicts?pattern=a**b')],
  [['export', 'out', '--pattern', ''], 7, () => ann.ask('GET', '/resources?pattern=')],
  [['watch', 'a**b', '--once'], 7, () => ann.ask('GET', '/events?pattern=a**b')],
  [['begin', 'a', '--note', LONG], 2, () => draft({ note: LONG })],
  [['log', '--limit', '0'], 2, () => ann.ask('GET', '/audit?limit=0')],
  [['conflicts', '--limit', '1.5'], 2, () => ann.ask('GET', '/conflicts?limit=1.5')],
  [['recorded', '--after', ''], 2, () => ann.ask('GET', '/recorded?cursor=')],
  [[...KEY, 'x\u202e', '--grant', 'read:**'], 7, () => key({ name: 'x\u202e' })],
  [[...KEY, 'x', '--grant', 'read:**', '--grant', 'fly:**'], 2, () => key({ grants: ['fly:**'] })],
  [[...KEY, 'x', '--grant', 'read:a**b'], 7, () => key({ grants: ['read:a**b'] })],
  [[...KEY, 'x', '--grant', 'read:**', '--label', LONG], 2, () => key({ label: LONG })],
];

describe('values of the command line', () => {
  it('[CL44] what a schema of the service refuses is refused here, with the code that HTTP gives', async () => {
    for (const [argv, exit, ask] of REFUSED) {
      const ran = await desk.run([...argv, '--json']);
      const { error } = ran.json() as { error?: { code: string; next: string } };
      expect([argv, ran.code, error?.code]).toEqual([argv, exit, (await ask()).body.code]);
      expect(error?.next).toBeTruthy();
    }
  });

  it('[CL44] a refusal names the option and what it takes', async () => {
    expect((await desk.run(['log', '--limit', '1001'])).err).toContain(
      '--limit takes a whole number from 1 to 1000, not "1001".',
    );
    expect((await desk.run(['begin', 'a', '--note', LONG])).err).toMatch(/\[misuse\] --note is not usable: .*2000/);
  });

  it('[CL44] names are taken in their canonical form', async () => {
    await desk.run(['commit', 'cafe\u0301.md', '-q', '--agent', 'Jose\u0301'], { stdin: 'x\n' });
    const [item] = (await desk.run(['log', '--json', '--limit', '1'])).json()['items'] as readonly object[];
    expect(item).toMatchObject({ agent: 'Jos\u00e9', heads: [{ resource: 'caf\u00e9.md' }] });
  });

  it('[CL44] a refused note or commitId loses nothing of what came from stdin', async () => {
    for (const bad of [
      ['--note', LONG],
      ['--commit-id', 'c'.repeat(201)],
    ]) {
      const ran = await desk.run(['commit', 'kept', '--json', ...bad], { stdin: 'worth keeping\n' });
      const { error } = ran.json() as { error: { code: string; draft: string } };
      expect([ran.code, error.code]).toEqual([2, 'misuse']);
      expect(desk.read(error.draft.replace(`${desk.folder}/`, ''))).toBe('worth keeping\n');
    }
    expect((await desk.run(['show', 'kept'])).code).toBe(3);
  });
});
