// package.json: lists whose order means nothing are sets, and a dependency that both sides bumped may take the higher
// version, if the caller asks for it.
import { parsePointer } from '../json/pointer.ts';
import type { Engine, Note, RegionDecision } from '../types.ts';
import { mergeWithProfile, type Profile, withArrays } from './profile.ts';
import { higherBump } from './versions.ts';

const SETS = {
  '/files': 'set',
  '/keywords': 'set',
  '/workspaces': 'set',
  '/workspaces/packages': 'set',
} as const;

const DEPENDENCIES: readonly (string | undefined)[] = [
  'dependencies',
  'devDependencies',
  'peerDependencies',
  'optionalDependencies',
];

/** The dependency that a pointer names. */
export function dependencyAt(pointer: string): string | undefined {
  const [list, name, ...more] = parsePointer(pointer) ?? [];
  return DEPENDENCIES.includes(list) && more.length === 0 ? name : undefined;
}

export const packageJson: Profile = {
  engine: 'package-json',
  optionsFor: (given) => withArrays(given, SETS),
  settle(result) {
    const decisions = new Map<string, RegionDecision>();
    const notes: Note[] = [];
    if (result.input.options?.bumps !== 'higher') return { decisions, notes };
    for (const { id, at, base, current, proposed } of result.conflicts) {
      const name = 'pointer' in at ? dependencyAt(at.pointer) : undefined;
      if (name === undefined || base === undefined || current === undefined || proposed === undefined) continue;
      const [before, ours, theirs] = [base, current, proposed].map(readString) as [string, string, string];
      const use = higherBump(before, ours, theirs);
      if (use === undefined) continue;
      decisions.set(id, { use });
      const [taken, left] = use === 'current' ? [ours, theirs] : [theirs, ours];
      const message = `Both sides bumped ${JSON.stringify(name.slice(0, 100))}: ${taken} was taken over ${left}.`;
      notes.push({ code: 'higher-version', message });
    }
    return { decisions, notes };
  },
  remarks: () => [],
};

/** The text of a JSON string, '' for any other value: no version is empty. */
function readString(bytes: Uint8Array): string {
  const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
  return typeof value === 'string' ? value : '';
}

/** Merges package.json: JSON, with `files`, `keywords` and `workspaces` as sets. Never throws on data. */
export const mergePackageJson: Engine = (input) => mergeWithProfile(input, packageJson);
