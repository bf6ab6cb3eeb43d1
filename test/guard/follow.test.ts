// What others commit, through real processes: a guard that watches, and commits past the disk.
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk } from '../support/command-line.ts';

const TEXT = 'one\ntwo\nthree\nfour\nfive\nsix\nseven\n';
const desks: Desk[] = [];
const running: ChildProcess[] = [];
afterEach(async () => {
  for (const child of running.splice(0)) await stop(child);
  for (const one of desks.splice(0)) one.close();
});

function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('close', () => resolve());
    child.kill('SIGTERM');
  });
}

async function open(): Promise<Desk> {
  const desk = await openDesk();
  desks.push(desk);
  desk.write('plan.md', TEXT);
  return desk;
}

interface Guarding {
  readonly child: ChildProcess;
  output(): string;
}

async function guard(desk: Desk): Promise<Guarding> {
  const child = desk.shell(['guard', '--watch']);
  running.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk));
  while (!output.includes('socket:')) {
    if (child.exitCode !== null) throw new Error(output);
    await sleep(20);
  }
  return { child, output: () => output };
}

/** A commit past the disk, by another process on the store of this folder. */
async function commit(desk: Desk, path: string, text: string): Promise<void> {
  await desk.run(['begin', path, '--agent', 'bob']);
  const done = await desk.run(['commit', path, '--agent', 'bob'], { stdin: text });
  expect(done.code, done.err).toBe(0);
}

async function until(ready: () => boolean): Promise<void> {
  while (!ready()) await sleep(10);
}

describe('a guard that watches', () => {
  it('[GD37] brings what other processes commit, now and what came while it was away', async () => {
    const desk = await open();
    const first = await guard(desk);
    await commit(desk, 'plan.md', TEXT.replace('two', 'TWO'));
    await until(() => desk.read('plan.md').includes('TWO'));
    await until(() => first.output().includes('plan.md v2 by bob written here'));
    await stop(first.child);
    await commit(desk, 'plan.md', TEXT.replace('two', 'TWO').replace('six', 'SIX'));
    await commit(desk, 'notes/new.md', 'new\n');
    expect(desk.read('plan.md')).not.toContain('SIX');
    await guard(desk);
    await until(() => desk.read('plan.md').includes('SIX') && existsSync(desk.path('notes/new.md')));
    expect(desk.read('notes/new.md')).toBe('new\n');
  });

  it('[GD38] keeps a saved file that clashes with a commit, says so, and puts the decision on disk', async () => {
    const desk = await open();
    await stop((await guard(desk)).child);
    desk.write('plan.md', TEXT.replace('two', 'PERSON'));
    await commit(desk, 'plan.md', TEXT.replace('two', 'BOB'));
    const { output } = await guard(desk);
    await until(() => /conflict (\S+) has both/.test(output()));
    expect(desk.read('plan.md')).toContain('PERSON');
    const id = /conflict (\S+) has both/.exec(output())?.[1] ?? '';
    const decided = await desk.run(['resolve', id, '--use', 'current', '--agent', 'judge']);
    expect(decided.code, decided.err).toBe(0);
    await until(() => desk.read('plan.md').includes('BOB'));
  });
});
