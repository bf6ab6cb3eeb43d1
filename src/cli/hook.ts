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
      // A pipe that does not block: its writer is not done.
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
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
  if (fault !== undefined) process.stderr.write(`${fault}\n`);
  process.stdout.write(out);
}

void main();
