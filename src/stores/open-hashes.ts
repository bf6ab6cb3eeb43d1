// What an open conflict keeps from being trimmed: every store counts these holds.
import type { StoredRecord } from './store.ts';

/** The contents that an open conflict keeps alive (rule E4). */
export function openHashes(kind: string, record: Pick<StoredRecord, 'state' | 'value'> | undefined): string[] {
  if (kind !== 'conflict' || record?.state !== 'open') return [];
  const sides = record.value as { readonly [side: string]: { readonly hash?: unknown } | undefined };
  return ['base', 'current', 'proposed'].flatMap((side) => {
    const hash = sides[side]?.hash;
    return typeof hash === 'string' && hash !== '' ? [hash] : [];
  });
}
