// `entente serve` as a process of its own, over the store of a desk.
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Desk } from './command-line.ts';

export interface Served {
  readonly url: string;
  /** The owner's key. */
  readonly key: string;
  readonly child: ChildProcess;
  /** All that it has written so far, on both streams. */
  output(): string;
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number | null>;
  /** Asks it to end, and waits. */
  stop(): Promise<number | null>;
}

/** Resolves once it listens; rejects with what it wrote where it ended first. `node`: further arguments of Node. */
export async function serve(desk: Desk, argv: readonly string[] = [], node: readonly string[] = []): Promise<Served> {
  const at = argv.includes('--socket') ? [] : ['--port', '0'];
  const child = desk.shell(['serve', '--json', ...at, ...argv], node);
  let output = '';
  const told = new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      text += chunk;
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
    child.on('close', (code) => reject(new Error(`ended with ${code}: ${output}`)));
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  const { url, keyFile } = JSON.parse(await told) as { url: string; keyFile: string };
  return {
    ...{ url, child, ended, key: readFileSync(keyFile, 'utf8').trim() },
    output: () => output,
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}
