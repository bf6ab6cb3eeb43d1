// A guarded folder for tests: a folder of its own, a store in memory, a clock that is set by hand and waits that are turns.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { guardOver } from '../../src/cli/place/guard.ts';
import { createController } from '../../src/controller/controller.ts';
import type { Controller } from '../../src/controller/types.ts';
import { type Folder, openFolder } from '../../src/guard/disk/folder.ts';
import type { Guard, ToolChange } from '../../src/guard/types.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';
import type { Store } from '../../src/stores/store.ts';
import { merge } from '../../src/strategies/merge.ts';

export interface Ward {
  readonly root: string;
  readonly home: string;
  readonly store: Store;
  readonly guard: Guard;
  readonly controller: Controller;
  /** Milliseconds that the clock goes on. */
  pass(ms: number): void;
  file(path: string): string;
  text(path: string): string | undefined;
  put(path: string, text: string): void;
  /** As a host does it: the text before, the tool's own write, the text after. */
  replace(path: string, old: string, next: string): void;
  remove(): void;
}

export interface WardOptions {
  readonly git?: boolean;
  readonly store?: Store;
  /** What happens while the guard waits for a file. */
  readonly whileWaiting?: () => void;
  /** What happens whenever the guard looks at the clock: in the middle of its work. */
  readonly onClock?: () => void;
  /** Reads are announced. */
  readonly announces?: boolean;
  /** Something in front of the disk. */
  readonly disk?: (folder: Folder) => Folder;
  /** Something in front of the guard. */
  readonly wrap?: (guard: Guard) => Guard;
}

export async function ward(files: { readonly [path: string]: string } = {}, options: WardOptions = {}): Promise<Ward> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'entente-guard-')));
  const home = join(root, '.entente');
  const store = options.store ?? createMemoryStore();
  let now = 1_000_000;
  const file = (path: string): string => join(root, path);
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(file(path)), { recursive: true });
    writeFileSync(file(path), text);
  };
  for (const [path, text] of Object.entries(files)) put(path, text);
  if (options.git === true) execFileSync('git', ['init', '-q'], { cwd: root });
  const made = await guardOver(
    store,
    { home, root, space: 'default' },
    {
      clock: () => {
        options.onClock?.();
        return now;
      },
      ...(options.disk === undefined ? {} : { folder: options.disk(await openFolder(root)) }),
      ...(options.announces === undefined ? {} : { announces: options.announces }),
      sleep: async () => {
        options.whileWaiting?.();
        await nextTurn();
      },
    },
  );
  const guard = options.wrap?.(made) ?? made;
  return {
    ...{ root, home, store, guard, file, put },
    controller: createController({ store, default: merge('auto'), clock: () => now }),
    pass: (ms) => {
      now += ms;
    },
    text: (path) => {
      try {
        return readFileSync(file(path), 'utf8');
      } catch {
        return undefined;
      }
    },
    replace: (path, old, next) => {
      const text = readFileSync(file(path), 'utf8');
      if (text.split(old).length !== 2) throw new Error(`${old} is not there once`);
      put(
        path,
        text.replace(old, () => next),
      );
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

let calls = 0;

/** A call of a tool, with an id of its own. */
export function toolCall(
  agent: string,
  path: string,
  change: ToolChange,
): { agent: string; path: string; call: string; change: ToolChange } {
  calls += 1;
  return { agent, path, call: `call-${calls}`, change };
}

/** Ten lines: a change of one is far from a change of another. */
export const LINES: string = `${Array.from({ length: 10 }, (_, index) => `line ${index + 1}`).join('\n')}\n`;

export function withLine(text: string, line: number, next: string): string {
  return text
    .split('\n')
    .map((one, index) => (index === line - 1 ? next : one))
    .join('\n');
}
