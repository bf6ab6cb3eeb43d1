// K12 on real processes: `entente serve` at its most talkative, with everything provoked that it could complain about, up to
// a damaged store and a crash. Keys and tokens are in none of what it writes, nor in what others on the machine can see.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { openDesk } from '../support/command-line.ts';
import { sendRaw } from '../support/raw-http.ts';
import { type Served, serve } from '../support/served.ts';

/** The command lines of all processes, as `ps` shows them to everybody. */
function commandLines(): string {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    })
    .join('\n');
}

it('[OP14] K12 keys and tokens are in no output, log, audit, address, argument or crash', async () => {
  const desk = await openDesk();
  onTestFinished(desk.close);
  const crash = fileURLToPath(new URL('./crash-on-signal.mjs', import.meta.url));
  const loud = ['--log-level', 'trace', '--limit', 'bodyBytes=20000'];
  const server = await serve(desk, loud, ['--import', crash]);
  onTestFinished(() => void server.child.kill('SIGKILL'));
  const made = await desk.run(['keys', 'create', 'bob', '--grant', 'read:b/**', '--grant', 'commit:b/**', '--json']);
  const bob = String(made.json()['key']);
  const space = `${server.url}/v1/spaces/default`;
  const ask = (key: string, method: string, path: string, body?: unknown, more: object = {}): Promise<Response> =>
    fetch(space + path, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...more },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  const answers: string[] = [];
  const provoke = async (...args: Parameters<typeof ask>): Promise<string> => {
    const text = await (await ask(...args)).text();
    answers.push(text);
    return text;
  };

  const { token } = (await (await ask(server.key, 'POST', '/drafts', { id: 'a' })).json()) as { token: string };
  const content = 'the words of a resource';
  await ask(server.key, 'POST', '/commits', { token, content });
  const idempotency = 'an-idempotency-key-of-ann';
  const secrets = [server.key, bob, token].flatMap((text) => [text, text.slice(-43)]);
  const changed = `${token.slice(0, -4)}AAAA`;
  secrets.push(changed.slice(0, -4));

  await provoke(`${server.key}x`, 'GET', '/resources');
  await provoke(bob.slice(0, -1), 'GET', '/resources');
  await provoke(bob, 'POST', '/commits', { token, content });
  await provoke(server.key, 'POST', '/commits', { token: changed, content });
  await provoke(server.key, 'POST', '/commits', { token, content: 'another' }, { 'idempotency-key': idempotency });
  await provoke(server.key, 'POST', '/commits', `{"token":"${token}","token":"${token}"`);
  await provoke(server.key, 'POST', '/commits', { token, [token]: token, content: 3 });
  await provoke(server.key, 'POST', '/commits', { token, content: 'x'.repeat(30_000) });
  await provoke(server.key, 'GET', `/resources?key=${bob}&token=${token}`);
  await provoke(server.key, 'GET', `/resource?id=${encodeURIComponent(`%${bob}`)}&access_token=${server.key}`);
  await provoke(server.key, 'GET', `/${token}/${bob}`);
  await provoke(server.key, 'GET', `/events?since=${token}`);
  await provoke(server.key, 'GET', `/audit?cursor=${token}`);
  await provoke(server.key, 'PUT', '/resource?id=a', 'x', { 'if-match': token });
  await provoke(bob, 'GET', '/stats');
  const raw = `Connection: close\r\nAuthorization: Bearer ${server.key}\r\n`;
  await sendRaw(server.url, `GET /v1/spaces/default/resources HTTP/1.1\r\nHost: evil.example\r\n${raw}\r\n`);
  await sendRaw(server.url, `GET /${bob} HTTP/1.1\r\nHost: 127.0.0.1\r\n${raw}Bad Header: ${token}\r\n\r\n`);
  await sendRaw(server.url, `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n${raw}X: ${'x'.repeat(20_000)}\r\n\r\n`);

  // The command line, with a key that is refused and a token that is changed.
  const env = { ENTENTE_STORE: server.url, ENTENTE_KEY: bob, XDG_STATE_HOME: desk.path('state') };
  for (const argv of [['status'], ['show', 'a'], ['commit', 'a', '--token', changed], ['log']])
    for (const key of [bob, `${bob}x`]) {
      const ran = await desk.run([...argv, ...(key === bob ? ['--json'] : [])], {
        env: { ...env, ENTENTE_KEY: key },
        stdin: 'x',
      });
      answers.push(ran.out, ran.err);
    }

  // What is kept: the audit over HTTP, all spaces of the file, and the keys as they are listed.
  const audit = await (await ask(server.key, 'GET', '/audit')).text();
  expect(audit).toContain('"resource":"a"');
  answers.push(audit, (await desk.run(['keys', 'list', '--json'])).out, (await desk.run(['log', '--json'])).out);
  for (const file of readdirSync(desk.path('.entente')).filter((name) => name.startsWith('entente.db'))) {
    const bytes = readFileSync(desk.path(`.entente/${file}`)).toString('latin1');
    for (const key of [server.key, bob]) expect([file, bytes.includes(key.slice(-43))]).toEqual([file, false]);
  }
  const seen = commandLines();
  expect(seen).toMatch(/cli.main\.[jt]s serve/);

  // A store that breaks under it, and a fault that nothing catches.
  mkdirSync(desk.path('broken'));
  const broken = await serve(
    desk,
    ['--store', `sqlite:${desk.path('broken/x.db')}`, '--log-level', 'trace'],
    ['--import', crash],
  );
  onTestFinished(() => void broken.child.kill('SIGKILL'));
  const own: Served = broken;
  secrets.push(own.key, own.key.slice(-43));
  for (const file of readdirSync(desk.path('broken')).filter((name) => name.startsWith('x.db')))
    if (!file.endsWith('state')) writeFileSync(desk.path(`broken/${file}`), 'no database at all '.repeat(4000));
  for (let times = 0; times < 3; times += 1) {
    const answer = await fetch(`${own.url}/v1/spaces/default/drafts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${own.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ id: 'a', note: 'x' }),
    });
    answers.push(await answer.text());
  }
  for (const each of [server, broken]) {
    each.child.kill('SIGUSR2');
    expect(await each.ended).toBe(1);
    expect(each.output()).toContain('a fault that nothing catches');
  }

  const written = [server.output(), broken.output(), ...answers].join('\n');
  expect(server.output()).toContain('request refused');
  expect(broken.output()).toContain('request failed');
  for (const [index, secret] of secrets.entries()) {
    expect([index, written.includes(secret)]).toEqual([index, false]);
    expect([index, seen.includes(secret)]).toEqual([index, false]);
  }
  for (const log of [server.output(), broken.output()]) expect(log.includes(content)).toBe(false);
});
