// How far the feed of a space was followed, on disk: a guard that starts again goes on from there.
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';

export interface Followed {
  readonly cursor: string;
  /** The revision that the cursor stands at. */
  readonly revision: number;
}

export interface FollowFile {
  /** Undefined where none is kept, or none that can be read: then the whole space is looked at. */
  load(): Followed | undefined;
  save(at: Followed): void;
}

export function createFollowFile(file: string): FollowFile {
  return {
    load: () => {
      try {
        const { cursor, revision } = JSON.parse(fs.readFileSync(file, 'utf8')) as Partial<Followed>;
        return typeof cursor === 'string' && Number.isSafeInteger(revision)
          ? { cursor, revision: revision as number }
          : undefined;
      } catch {
        return undefined;
      }
    },
    // Not flushed: an older cursor tells again of what is on disk already.
    save: (at) => {
      fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
      const temporary = `${file}.${randomBytes(6).toString('hex')}`;
      fs.writeFileSync(temporary, JSON.stringify(at), { mode: 0o600, flag: 'wx' });
      fs.renameSync(temporary, file);
    },
  };
}
