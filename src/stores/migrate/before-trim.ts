// A source whose log was trimmed no longer tells how its heads came about, yet each has a version, a revision and the
// revision at which its life began. A target counts these by itself, so the copy lets it count: as many commits as the
// source had, which lead to exactly the heads that stood at the trim point, and whose log is then trimmed as the source's was.
import type { ResourceId, Space } from '../../core/resource.ts';
import type { Head } from '../../core/version.ts';
import type { Store } from '../store.ts';
import { trimmedMeanwhile } from './faults.ts';
import { entriesOf, headsOf, versionAt } from './pages.ts';

/** What one of these commits does to a resource; `head`: it makes the version that stood at the trim point. */
export interface Step {
  readonly resource: ResourceId;
  readonly make: 'filler' | 'delete' | Head;
}

export interface BeforeTrim {
  readonly trimmed: number;
  /** By revision; a revision without steps is an empty commit. */
  readonly steps: ReadonlyMap<number, readonly Step[]>;
  /** How many of the trimmed commits were merges and escalations: the store counts those too. */
  readonly merged: number;
  readonly escalated: number;
}

/** Reads what stood at the trim point. Throws `gone` where that moves meanwhile. */
export async function planBeforeTrim(source: Store, space: Space, trimmed: number): Promise<BeforeTrim> {
  const steps = new Map<number, Step[]>();
  const add = (revision: number, step: Step): void => {
    const there = steps.get(revision);
    if (there === undefined) steps.set(revision, [step]);
    else there.push(step);
  };
  for await (const now of headsOf(source, space)) {
    const head = await versionAt(source, space, now, trimmed);
    if (head === undefined) continue;
    const { before, life } = revisionsOf(head);
    before.forEach((revision, index) => {
      add(revision, { resource: head.resource, make: index === before.length - 1 ? 'delete' : 'filler' });
    });
    for (const revision of life) add(revision, { resource: head.resource, make: 'filler' });
    add(head.revision, { resource: head.resource, make: head });
  }
  const counts = await source.counts(space);
  let [merged, escalated] = [counts.merged, counts.escalated];
  for await (const { meta } of entriesOf(source, space, trimmed, counts.revision)) {
    if (meta.outcome === 'merged') merged -= 1;
    if (meta.outcome === 'escalated') escalated -= 1;
  }
  if ((await source.read(space, [])).trimmed !== trimmed) throw trimmedMeanwhile(space);
  return { trimmed, steps, merged, escalated };
}

/**
 * Revisions at which the earlier versions of a head may have been made: those of earlier lives, the last of them a
 * delete, and those of its own life from `born` on, without its own. As many as its version says, spread so that they
 * seldom meet those of other resources.
 */
export function revisionsOf({ version, revision, born }: Pick<Head, 'version' | 'revision' | 'born'>): {
  readonly before: readonly number[];
  readonly life: readonly number[];
} {
  let own = revision === born ? 1 : Math.min(version, revision - born + 1);
  // An earlier life has two versions at least: it is made, then deleted.
  if (version - own === 1 && own > 2 && born > 2) own -= 1;
  const before = spread(version - own, 1, born - 1);
  if (own === 1) return { before, life: [] };
  return { before, life: [born, ...spread(own - 2, born + 1, revision - 1)] };
}

/** So many different whole numbers from `first` to `last`, evenly. */
function spread(count: number, first: number, last: number): number[] {
  const room = last - first + 1;
  return Array.from({ length: count }, (_, index) => first + Math.floor((index * room) / count));
}
