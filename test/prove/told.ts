// What the clients of a layer were told, as histories: each is judged, and put on disk where a promise was broken, so that
// `entente verify FILE` can look at it again.
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { checkHistory, formatOperation, type HistoryOperation } from '../../src/verify/index.ts';
import { Violation } from './frame.ts';

export interface Told {
  /** A history begins, of another store than the one before, which is let go. Takes what is pushed to the answer. */
  begin(name: string): HistoryOperation[];
  /** Throws a Violation where no order of the calls explains the answers. @default all operations */
  judge(counts?: (operation: HistoryOperation) => boolean): void;
  /** Writes the history that was begun last to a file below the folder; answers its path, or undefined where nothing was told. */
  save(folder: string): string | undefined;
}

/** Lines that are written at once: a long history is longer than a string can be. */
const LINES = 10_000;

export function createTold(): Told {
  let name = '';
  let operations: HistoryOperation[] = [];
  return {
    begin(next) {
      name = next;
      operations = [];
      return operations;
    },
    judge(counts = () => true) {
      const { first } = checkHistory(operations.filter(counts));
      if (first !== undefined) throw new Violation(`${name}: ${first.rule}: ${first.message}`);
    },
    save(folder) {
      if (operations.length === 0) return undefined;
      mkdirSync(folder, { recursive: true });
      const file = join(folder, `${name}.jsonl`);
      const handle = openSync(file, 'w');
      for (let from = 0; from < operations.length; from += LINES) {
        const lines = operations.slice(from, from + LINES).map((one) => `${formatOperation(one)}\n`);
        writeSync(handle, lines.join(''));
      }
      closeSync(handle);
      return file;
    },
  };
}

/** Microseconds, by the clock that all processes of this machine share. */
export function sharedClock(): number {
  return Number(process.hrtime.bigint()) / 1000;
}
