// Stamps of files whose bytes are those of a version, from the last look at all of them: kept on disk, so that a hook
// without a process need not read a whole repository to know that nothing moved.
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';

/** Path to stamp. */
export type Stamps = Map<string, string>;

export interface StampFile {
  /** What is kept goes into the map, where another process kept it since. */
  load(stamps: Stamps): void;
  save(stamps: Stamps): void;
}

/** Undefined where none are kept, or none that can be read: then nothing is known. */
export function readStamps(file: string): Stamps | undefined {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(file, 'utf8'));
    return Array.isArray(value) ? new Map(value as [string, string][]) : undefined;
  } catch {
    return undefined;
  }
}

function markOf(file: string): string {
  const found = fs.statSync(file, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? '' : `${found.ino} ${found.mtimeNs}`;
}

export function createStampFile(file: string): StampFile {
  let mark = '';
  let saved = '';
  return {
    load: (stamps) => {
      const now = markOf(file);
      if (now === mark) return;
      mark = now;
      saved = '';
      for (const [id, stamp] of readStamps(file) ?? []) stamps.set(id, stamp);
    },
    save: (stamps) => {
      const text = JSON.stringify([...stamps]);
      if (text === saved) return;
      saved = text;
      fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
      const temporary = `${file}.${randomBytes(6).toString('hex')}`;
      fs.writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' });
      fs.renameSync(temporary, file);
      mark = markOf(file);
    },
  };
}
