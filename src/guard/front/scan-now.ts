// The files of a guarded folder as git lists them, at once: for a process that waits for nothing else.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { isReserved } from '../disk/reserved.ts';
import { idsOf, LIST, type Seen, seenOf } from '../disk/scan.ts';
import { gitNow } from './git-now.ts';

const MOST_LISTED = 256 * 1024 * 1024;

/** Undefined where git cannot tell. */
export function scanNow(root: string): readonly Seen[] | undefined {
  const { status, stdout } = gitNow(root, LIST, { maxBuffer: MOST_LISTED });
  if (status !== 0) return undefined;
  return idsOf(stdout).flatMap((id) => {
    if (isReserved(id)) return [];
    const seen = seenOf(id, fs.lstatSync(path.join(root, id), { bigint: true, throwIfNoEntry: false }));
    return seen === undefined ? [] : [seen];
  });
}
