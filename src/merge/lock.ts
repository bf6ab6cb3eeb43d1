// Lock files are not merged: two resolved trees put together by lines or members may be one that no package manager
// would write. What only one side changed is taken; where both did, the conflict says how to write the file anew.

import type { RegionKind } from '../core/region.ts';
import { conflictId } from './conflict-id.ts';
import { lockFileAt } from './lock-files.ts';
import type { ConflictedMerge, Engine, MergeInput } from './types.ts';
import { mergeTrivially } from './whole.ts';

/** The name of the engine; a whole lock file is also never put after another. */
export const LOCK = 'lock';

/** The side that changed, or a conflict of the whole file whose reason is the advice. Never throws. */
export const mergeLock: Engine = (input) => mergeTrivially(input, LOCK) ?? lockConflict(input);

function lockConflict(input: MergeInput): ConflictedMerge {
  const { base, current, proposed } = input;
  return {
    status: 'conflict',
    conflicts: [
      {
        id: conflictId(base, current, proposed),
        kind: kindOf(input),
        // A place in a structure, not of lines: markers have no business in a lock file.
        at: { pointer: '' },
        reason: adviceFor(input.path ?? ''),
        ...(base === null ? {} : { base }),
        ...(current === null ? {} : { current }),
        ...(proposed === null ? {} : { proposed }),
      },
    ],
    partial: current,
    stats: { engine: LOCK, clean: 0, conflicts: 1 },
    notes: [],
    input,
  };
}

function kindOf({ base, current, proposed }: MergeInput): RegionKind {
  if (current === null || proposed === null) return 'modified-deleted';
  return base === null ? 'both-added' : 'content';
}

function adviceFor(path: string): string {
  const known = lockFileAt(path);
  if (known === undefined) return 'lock file: both sides changed it; write it anew with the tool that makes it';
  const { source, command } = known;
  return `lock file: both sides changed it; merge ${source}, take either side, then run \`${command}\` to write it anew`;
}
