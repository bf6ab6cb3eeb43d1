// Where words go: data on stdout, talk on stderr; JSON, colours, quiet, and names that try to act on the terminal.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk } from '../../test/support/command-line.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk.close());

const ESC = String.fromCharCode(27);

describe('output', () => {
  it('[CL13] --json prints one object and nothing else on stdout, for every command', async () => {
    desk.write('d/a.txt', 'a\n');
    const policy = desk.write('p.json', '{"rules":[["**","merge(auto)"]]}');
    const calls: readonly (readonly string[])[] = [
      ['init'],
      ['import', 'd'],
      ['begin', 'a.txt'],
      ['begin', 'a.txt', '-o', 'w.txt'],
      ['commit', 'a.txt', 'w.txt'],
      ['run', 'a.txt', '--', 'tr', 'a', 'b'],
      ['show', 'a.txt'],
      ['diff', 'a.txt'],
      ['log'],
      ['log', 'a.txt'],
      ['status'],
      ['conflicts'],
      ['conflicts', 'list', '--all'],
      ['policy'],
      ['policy', 'explain', 'a.txt'],
      ['policy', 'test', policy],
      ['policy', 'set', policy],
      ['undo', 'a.txt'],
      ['export', 'out'],
      ['backup', 'b.db'],
      ['verify'],
      ['doctor'],
      ['restore', 'b.db'],
      ['completion', 'fish'],
      ['merge-file', '-p', 'w.txt', 'w.txt', 'w.txt'],
    ];
    for (const [command = '', ...rest] of calls) {
      const { code, out } = await desk.run([command, '--json', ...rest]);
      expect([command, code, out.split('\n').length, typeof JSON.parse(out)]).toEqual([command, 0, 2, 'object']);
    }
  });

  it('[CL13] errors are JSON too: code, message and the next step', async () => {
    for (const argv of [['show', 'nope'], ['bogus'], ['begin'], ['show', '../x']]) {
      const { out, err, json } = await desk.run([...argv, '--json']);
      expect(json()).toMatchObject({
        error: { code: expect.any(String), message: expect.any(String), next: expect.any(String) },
      });
      expect([argv[0], out.split('\n').length, err]).toEqual([argv[0], 2, '']);
    }
  });

  it('[CL14] an empty list is an empty list, not prose', async () => {
    for (const argv of [['log'], ['log', 'nope'], ['conflicts'], ['conflicts', 'list', '--all']]) {
      expect((await desk.run([...argv, '--json'])).json()).toEqual({ items: [] });
      expect((await desk.run(argv)).out).toBe('');
    }
    expect((await desk.run(['watch', '--once'])).out).toBe('');
    expect((await desk.run(['export', 'out', '--json'])).json()).toMatchObject({
      counts: { written: 0 },
      problems: [],
    });
  });

  it('[CL15] no colours but on a terminal, and none there with NO_COLOR, TERM=dumb or --no-color', async () => {
    const coloured = (out: string): boolean => out.includes(`${ESC}[`);
    expect(coloured((await desk.run(['policy'])).out)).toBe(false);
    expect(coloured((await desk.run(['policy'], { terminal: true })).out)).toBe(true);
    expect(coloured((await desk.run(['policy'], { terminal: true, env: { NO_COLOR: '1' } })).out)).toBe(false);
    expect(coloured((await desk.run(['policy'], { terminal: true, env: { TERM: 'dumb' } })).out)).toBe(false);
    expect(coloured((await desk.run(['policy', '--no-color'], { terminal: true })).out)).toBe(false);
    const error = await desk.run(['show', 'nope'], { terminal: true, env: { NO_COLOR: '1' } });
    expect(coloured(error.err)).toBe(false);
  });

  it('[CL16] --quiet says nothing where all went well, and still what went wrong', async () => {
    const fine = await desk.run(['commit', 'x', '--quiet'], { stdin: 'x\n' });
    expect([fine.out, fine.err]).toEqual(['', '']);
    expect((await desk.run(['show', 'x', '-q'])).out).toBe('x\n');
    expect((await desk.run(['show', 'nope', '-q'])).err).toContain('[not-found]');
  });

  it('[CL16] --no-input never reads from the terminal', async () => {
    const { code, err } = await desk.run(['commit', 'x', '--no-input'], { stdinTerminal: true, stdin: 'typed\n' });
    expect(code).toBe(2);
    expect(err).toContain('next: ');
    expect((await desk.run(['commit', 'x'], { stdinTerminal: true, stdin: 'typed\n' })).err).toContain('Ctrl-D');
  });

  it('[S04] names and contents from others cannot act on the terminal', async () => {
    const evil = `${ESC}[31mred${ESC}]0;title\u0007`;
    await desk.run(['commit', 'x', '-q'], { stdin: 'base\n' });
    for (const agent of ['A', 'B']) await desk.run(['begin', 'x', '-q', '--agent', agent]);
    await desk.run(['commit', 'x', '-q', '--agent', 'A', '--note', `why ${evil}\nsecond line`], {
      stdin: `${evil}\u202e\n`,
    });
    const clash = await desk.run(['commit', 'x', '--agent', 'B', '--strategy', 'escalate'], {
      stdin: 'mine\n',
      terminal: true,
      env: { NO_COLOR: '1' },
    });
    const seen = [
      clash.err,
      (await desk.run(['log', 'x'])).out,
      (await desk.run(['log'])).out,
      (await desk.run(['conflicts', 'show', '3'])).out,
      (await desk.run(['diff', 'x'], { terminal: true, env: { NO_COLOR: '1' } })).out,
    ];
    for (const text of seen) expect([...text].filter((char) => [ESC, '\u0007', '\u202e'].includes(char))).toEqual([]);
    expect((await desk.run(['begin', 'x', '--agent', `bad${ESC}`])).code).toBe(7);
    // A name with line breaks cannot fake a row.
    expect((await desk.run(['log', 'x'])).out.split('\n').filter((line) => line.startsWith('second'))).toEqual([]);
  });

  it('[CL17] ids that look like options go behind --', async () => {
    await desk.run(['commit', '-q', '--', '-dash.txt', '-'], { stdin: 'x\n' });
    expect((await desk.run(['show', '-q', '--', '-dash.txt'])).out).toBe('x\n');
    expect((await desk.run(['begin', '--', '-dash.txt'])).err).toContain('next: entente commit -- -dash.txt -');
  });

  it('[CL18] proposed commands carry the store, space and agent that were given', async () => {
    await desk.run(['commit', 'x', '-q', '--space', 's'], { stdin: 'x\n' });
    const { err } = await desk.run(['begin', 'x', '--agent', 'A B', '--space=s']);
    expect(err).toContain(`next: entente --agent 'A B' --space s commit x -`);
  });

  it('[CL19] a reader of stdout that goes away ends the command quietly', async () => {
    await desk.run(['commit', 'x', '-q'], { stdin: 'x\n' });
    for (const argv of [['log'], ['show', 'x'], ['watch', '--once'], ['status', '--json']]) {
      const { code, err } = await desk.run([...argv, '-q'], { breakAfter: 0 });
      expect([argv[0], code, err]).toEqual([argv[0], 0, '']);
    }
  });

  it('[CL43] what cannot be written whole is a fault, with a code of its own and no quiet success', async () => {
    await desk.run(['commit', 'x', '-q'], { stdin: 'x\n' });
    for (const argv of [['log'], ['show', 'x'], ['begin', 'x'], ['watch', '--once'], ['status', '--json']]) {
      const { code, err } = await desk.run([...argv, '-q'], { breakAfter: 0, breakWith: 'ENOSPC' });
      expect([argv[0], code]).toEqual([argv[0], 1]);
      expect(err).toContain('error [file] write ENOSPC\nnext: ');
    }
    // A content that did not reach its reader has no token that a commit would go by.
    expect((await desk.run(['begin', 'y', '--agent', 'B', '-q'], { breakAfter: 0, breakWith: 'ENOSPC' })).code).toBe(0);
    await desk.run(['begin', 'x', '--agent', 'B', '-q'], { breakAfter: 0, breakWith: 'ENOSPC' });
    expect((await desk.run(['commit', 'x', '--agent', 'B'], { stdin: 'cut\n' })).code).toBe(2);
  });

  it('[CL18] faults of the library end with a command of this one; a message does not repeat all that was given', async () => {
    await desk.run(['commit', 'x', '-q'], { stdin: 'x\n' });
    const damaged = await desk.run(['commit', 'x', '--token', 'ent1.e30', '--space', 's'], { stdin: 'y\n' });
    expect(damaged.err).toMatch(/^next: entente --space s begin ID {3}\(/m);
    expect((await desk.run(['watch', '--once', '--since', 'elsewhere:1'])).err).toMatch(/^next: entente status/m);
    expect((await desk.run(['log', '--limit', 'x'])).err).toContain('next: entente log --help');
    expect((await desk.run(['merge-file', '--marker-size', 'x', 'a', 'b', 'c'])).err).toContain('next: ');
    const late = await desk.run(['run', 'x', '--timeout', '50ms', '--', 'sleep', '5']);
    expect([late.code, late.err.includes('next: entente run x --timeout 2h -- sleep')]).toEqual([7, true]);
    const words = 'x'.repeat(100_000);
    for (const argv of [
      ['show', words],
      [words],
      ['show', `--${words}`],
      ['completion', words],
      ['commit', 'x', words],
    ]) {
      const { out, json } = await desk.run([...argv, '--json']);
      expect([argv[0]?.slice(0, 9), out.length < 3000]).toEqual([argv[0]?.slice(0, 9), true]);
      expect(json()).toMatchObject({ error: { code: expect.any(String) } });
    }
  });

  it('[CL20] with --json a missing or unknown command is an object on stdout too', async () => {
    for (const argv of [['--json'], ['--json', 'help', 'nope']]) {
      const { code, json } = await desk.run(argv);
      expect([code, json()['error']]).toEqual([2, expect.objectContaining({ code: 'misuse', exit: 2 })]);
    }
  });

  it('[CL20] help is data: stdout and 0; without a command it is wrong usage', async () => {
    expect(await desk.run(['--help'])).toMatchObject({ code: 0, err: '' });
    expect((await desk.run(['commit', '--help'])).out).toContain('--strategy');
    expect((await desk.run(['--version'])).out).toMatch(/^\d+\.\d+\.\d+/);
    expect((await desk.run([])).code).toBe(2);
  });

  it('[CL20] completion in bash knows options before the command, and those of its subcommands', async () => {
    const script = desk.write('c.bash', (await desk.run(['completion', 'bash'])).out);
    const { execFileSync } = await import('node:child_process');
    const complete = (...words: readonly string[]): string => {
      const code = `source ${script}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _entente; echo "\${COMPREPLY[*]}"`;
      return execFileSync('bash', ['-c', code, 'bash', 'entente', ...words], { encoding: 'utf8' }).trim();
    };
    expect(complete('com')).toBe('commit completion');
    expect(complete('--json', '--store', 'x', 'commit', '--str')).toBe('--strategy');
    expect(complete('conflicts', '--res')).toBe('--resolved');
    expect(complete('help', 'und')).toBe('undo');
    expect(complete('--js')).toBe('--json');
  });

  it('[CL20] completion scripts name every command', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { out } = await desk.run(['completion', shell]);
      for (const command of ['begin', 'commit', 'conflicts', 'merge-file', 'take', '--strategy'.slice(2)]) {
        expect(out).toContain(command);
      }
    }
  });
});
