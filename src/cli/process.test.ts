// The real program as processes: signals, pipes, and several of them on one store.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandLine, type Desk, ended, openDesk } from '../../test/support/command-line.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk.close());

describe('the program', () => {
  it('[CL41] Ctrl-C during an import: 130, and the same command goes on', async () => {
    for (let index = 0; index < 3000; index += 1) desk.write(`d/${index % 40}/${index}.txt`, `${index}\n`);
    const child = desk.shell(['import', 'd']);
    const result = ended(child);
    // Once the store has the first commits, the import is in the middle of its work.
    for (let count = 0; count < 20; ) {
      const told = (await desk.run(['status', '--json'])).json() as { counts: { commits: number } };
      count = told.counts.commits;
    }
    child.kill('SIGINT');
    const { code, err } = await result;
    if (code !== 0) {
      expect(code).toBe(130);
      expect(err).toContain('goes on from there');
    }
    const again = (await desk.run(['import', 'd', '--json'])).json() as {
      counts: { created: number; unchanged: number };
    };
    expect(again.counts.created + again.counts.unchanged).toBe(3000);
    expect((await desk.run(['verify'])).code).toBe(0);
  });

  it('[CL41] Ctrl-C ends a watch with 130; what it told before is whole lines', async () => {
    await desk.run(['commit', 'x', '-q'], { stdin: 'x\n' });
    const child = desk.shell(['watch', '--since', 'start']);
    const result = ended(child);
    if (child.stdout !== null) await once(child.stdout, 'data');
    child.kill('SIGINT');
    const { code, out } = await result;
    expect(code).toBe(130);
    expect(JSON.parse(out)).toMatchObject({ type: 'commit', revision: 1 });
  });

  it('[CL41] Ctrl-C while it waits for stdin commits nothing', async () => {
    const child = desk.shell(['commit', 'x']);
    const result = ended(child);
    // More than the system holds between the two: once it is taken, the command is reading, and waits for the rest.
    const text = `${'a line of text\n'.repeat(100_000)}half a sent`;
    await new Promise((resolve) => child.stdin?.write(text, resolve));
    child.kill('SIGINT');
    expect((await result).code).toBe(130);
    expect((await desk.run(['show', 'x'])).code).toBe(3);
  });

  it('[CL40] [SC3] without the optional parsers, doctor says so, and source code is merged unchecked', async () => {
    const absent = ['--require', fileURLToPath(new URL('../../test/fixtures/absent/parsers.cjs', import.meta.url))];
    const { code, out } = await ended(desk.shell(['doctor', '--json'], absent));
    const { items } = JSON.parse(out) as { items: readonly { name: string }[] };
    expect(code).toBe(0);
    expect(items.find(({ name }) => name === 'parsers')).toMatchObject({ state: 'warning' });
    expect((await desk.run(['doctor', '--json'])).json()).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ name: 'parsers', state: 'ok' })]),
    });
    // Clean by lines, and declared twice.
    const one = 'function one() {}\n';
    desk.write('base', 'a();\n\nb();\n');
    desk.write('current', `${one}a();\n\nb();\n`);
    desk.write('proposed', `a();\n\nb();\n${one}`);
    const driver = ['merge-driver', 'base', 'current', 'proposed', 'x.ts'];
    expect((await desk.run(driver)).code).toBe(1);
    desk.write('current', `${one}a();\n\nb();\n`);
    expect((await ended(desk.shell(driver, absent))).code).toBe(0);
    expect(desk.read('current')).toBe(`${one}a();\n\nb();\n${one}`);
  });

  it('[CL19] a broken pipe is quiet', async () => {
    // More than a pipe holds, so that the writer is still at it when the reader goes.
    await desk.run(['commit', 'big', '-q'], { stdin: 'a line of text\n'.repeat(200_000) });
    for (let index = 0; index < 250; index += 1) await desk.run(['commit', `f${index}`, '-q'], { stdin: `${index}\n` });
    const script = `${commandLine} show big -q | head -n 1; ${commandLine} watch --once -q | head -n 1`;
    const { out, err } = await ended(
      spawn('sh', ['-c', script], { cwd: desk.folder, stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    expect([out.split('\n').length, err]).toEqual([3, '']);
  });

  it('[CL42] processes that append to one resource at once lose nothing', async () => {
    const children = Array.from({ length: 6 }, (_, index) => {
      const child = desk.shell(['commit', 'log.txt', '--append', '-q', '--agent', `p${index}`]);
      child.stdin?.end(`line ${index}\n`);
      return ended(child);
    });
    const codes = (await Promise.all(children)).map(({ code }) => code);
    const lines = (await desk.run(['show', 'log.txt', '-q'])).out.split('\n').filter(Boolean).sort();
    expect(codes).toEqual(codes.map(() => 0));
    expect(lines).toEqual(Array.from({ length: 6 }, (_, index) => `line ${index}`));
  });

  it('[CL43] a file takes the whole output, also behind what it holds; a full one is a fault', async () => {
    const content = 'a line of text\n'.repeat(200_000);
    await desk.run(['commit', 'big', '-q'], { stdin: content });
    const script = `echo first > out; ${commandLine} show big -q >> out; echo $?; ${commandLine} show big -q > /dev/full; echo $?`;
    const { out, err } = await ended(
      spawn('sh', ['-c', script], { cwd: desk.folder, stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    expect([out, err.split('\n')[0]]).toEqual(['0\n1\n', expect.stringContaining('[file] ENOSPC')]);
    expect(desk.read('out') === `first\n${content}`).toBe(true);
  });

  it('[CL42] begin, an editor’s work, commit in a pipeline: what a shell script would do', async () => {
    const script = [
      `printf 'a\\nb\\n' | ${commandLine} commit notes.md -q`,
      `${commandLine} begin notes.md -q | sed s/b/B/ > new`,
      `${commandLine} commit notes.md - -q < new`,
      `${commandLine} show notes.md -q`,
    ].join(' && ');
    const { code, out } = await ended(
      spawn('sh', ['-c', script], { cwd: desk.folder, stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    expect([code, out]).toEqual([0, 'a\nB\n']);
  });
});
