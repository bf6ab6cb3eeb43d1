// A question to the person at the terminal. Where nobody sits there, or nobody wants to be asked, there is none.
import type { Context } from './context.ts';
import { Interrupted } from './io.ts';

/** True where the command may ask: a terminal on stdin, no `--no-input`, no `--json`. */
export function mayAsk({ io, console, flag }: Context): boolean {
  return io.stdin.isTTY === true && flag('input') && !console.json;
}

/** Whether the answer begins with `y`. The end of the input is a no. */
export async function askYes({ io, console, signal }: Context, question: string): Promise<boolean> {
  console.alert(`${question} [y/N]`);
  const stop = (): void => {
    io.stdin.destroy(new Interrupted());
  };
  if (signal.aborted) throw new Interrupted();
  signal.addEventListener('abort', stop, { once: true });
  try {
    let line = '';
    for await (const chunk of io.stdin) {
      line += Buffer.from(chunk as Uint8Array | string).toString('utf8');
      if (line.includes('\n')) break;
    }
    return /^\s*y/i.test(line);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
