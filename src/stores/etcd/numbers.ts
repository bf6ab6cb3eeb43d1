// Numbers of etcd: int64 come as strings of digits, and zero is left out. A revision of ours is etcd's revision and the
// place of the commit in its transaction, since one transaction can carry several commits (queue.ts).
import { EntenteError } from '../../core/errors.ts';

/** Commits in one transaction at most. Part of the format: never changed. */
export const PLACES = 64;

/** The exact number; `revision-overflow` above 2^53 − 1, `store-corrupt` for what is no number. */
export function int64(text: unknown): number {
  if (text === undefined) return 0;
  const isDigits = typeof text === 'string' && /^-?\d{1,20}$/.test(text);
  const value = isDigits ? Number(text) : text;
  if (Number.isSafeInteger(value)) return value as number;
  if (!isDigits) throw new EntenteError('store-corrupt', 'etcd answered with something that is no number.');
  throw overflow();
}

function overflow(): EntenteError {
  return new EntenteError('revision-overflow', 'The revision of this etcd is too large to be counted exactly.', {
    next: 'Move the data to a fresh cluster.',
  });
}

export function revisionOf(mod: number, place: number): number {
  const revision = mod * PLACES + place;
  if (!Number.isSafeInteger(revision)) throw overflow();
  return revision;
}

/** etcd's own revision in one of ours. */
export function modOf(revision: number): number {
  return Math.floor(revision / PLACES);
}

/** Fixed width, so that keys are in the order of the numbers. */
export function padded(value: number): string {
  return value.toString(16).padStart(14, '0');
}

/** The same, the largest first. */
export function inverted(value: number): string {
  return padded(Number.MAX_SAFE_INTEGER - value);
}
