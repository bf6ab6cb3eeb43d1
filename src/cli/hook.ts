#!/usr/bin/env node
// The hook as a program of its own: `hook.js HOST`, JSON on stdin, the answer on stdout. It loads as little as it can,
// because hosts start it before and after every call of a tool; the store comes only with a call that needs it. The build
// makes one flat file of it beside this one, `hook.cjs`, which is what the front starts.
import * as fs from 'node:fs';
import { runHook } from '../guard/front/run.ts';

/** A second word: the front has asked the guard that listens already, in vain. */
const ALONE = 'alone';

function readInput(): string {
  const chunks: Buffer[] = [];
  const chunk = Buffer.alloc(65_536);
  for (;;) {
    try {
      const count = fs.readSync(0, chunk);
      if (count === 0) return Buffer.concat(chunks).toString('utf8');
      chunks.push(Buffer.from(chunk.subarray(0, count)));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EOF') return Buffer.concat(chunks).toString('utf8');
      if (code !== 'EAGAIN') throw error;
      pause();
    }
  }
}

/** Past Node's own streams, which take milliseconds to come into being. */
function say(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length; ) {
    try {
      done += fs.writeSync(descriptor, bytes, done);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      pause();
    }
  }
}

/** A pipe that does not block: its other end is not done. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
}

async function main(): Promise<void> {
  const { out, fault } = await runHook({
    host: process.argv[2] ?? '',
    text: readInput(),
    cwd: process.cwd(),
    clock: Date.now,
    open: async (place) => (await import('./place/guard.ts')).openGuard(place),
    alone: process.argv[3] === ALONE,
  });
  if (fault !== undefined) say(2, `${fault}\n`);
  say(1, out);
  // All is on disk or said: nothing that is still open is waited for.
  process.exit();
}

void main();
