// Records have no history: only what they are now, the revision that wrote that, and the one that made them. The copy
// writes each with the entries of these two revisions, so that it comes out with the same numbers.
import type { RecordWrite, StoredRecord } from '../store.ts';

/** Which records go with the entry of a revision. */
export type RecordPlan = ReadonlyMap<number, readonly RecordWrite[]>;

const keyOf = ({ kind, id }: Pick<StoredRecord, 'kind' | 'id'>): string => JSON.stringify([kind, id]);

/**
 * What the entries after `from` and up to `upTo` carry. What the source has changed after `upTo` comes with a later
 * round; what it has removed since goes with the first entry.
 */
export function planRecords(
  source: readonly StoredRecord[],
  target: readonly StoredRecord[],
  from: number,
  upTo: number,
): RecordPlan {
  const plan = new Map<number, RecordWrite[]>();
  const add = (revision: number, write: RecordWrite): void => {
    if (revision <= from || revision > upTo) return;
    const there = plan.get(revision);
    if (there === undefined) plan.set(revision, [write]);
    else there.push(write);
  };
  const left = new Map(target.map((record) => [keyOf(record), record]));
  for (const record of source) {
    const key = keyOf(record);
    const there = left.get(key);
    if (there !== undefined && there.created === record.created) {
      left.delete(key);
      if (there.revision !== record.revision) add(record.revision, writeOf(record, there.revision));
      continue;
    }
    // Made before it was copied, under this number: then it was removed and made again, and goes first.
    add(record.created, writeOf(record, 0));
    if (record.revision !== record.created) add(record.revision, writeOf(record, record.created));
  }
  for (const { kind, id, revision } of left.values()) add(from + 1, { kind, id, value: null, expected: revision });
  return plan;
}

function writeOf({ kind, id, state, value }: StoredRecord, expected: number): RecordWrite {
  return { kind, id, value, expected, ...(state === undefined ? {} : { state }) };
}
