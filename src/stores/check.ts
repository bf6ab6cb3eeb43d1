// What every store checks before a commit touches anything: mistakes of the caller are thrown, a request that is
// larger than the store takes is answered alone. Below this, stores trust what they are given.
import { EntenteError } from '../core/errors.ts';
import type { Head } from '../core/version.ts';
import type { Capabilities, CommitRequest, Guard } from './store.ts';

/** JSON characters of one record's value. */
export const MAX_RECORD_LENGTH: number = 1024 * 1024;

function misuse(message: string): EntenteError {
  return new EntenteError('misuse', message, {
    next: 'This is a bug in the code that calls the store: guard every resource that a commit writes, once.',
  });
}

/** Whether a guard holds on the head of its resource; undefined: it never was. */
export function guardHolds(guard: Guard, head: Pick<Head, 'version' | 'revision' | 'hash'> | undefined): boolean {
  if (head === undefined) return guard.revision === 0 && guard.hash === '';
  if (head.revision === guard.revision) return head.hash === guard.hash;
  // A tombstone has no hash, so that no version guard holds on it.
  return head.version === guard.version && head.hash === guard.hash;
}

/** Guards that held as the log tells them: each by its revision, whichever way it was named. */
export function guardsHeld(
  guards: readonly Guard[],
  headOf: (guard: Guard, index: number) => Pick<Head, 'revision'> | undefined,
): readonly Guard[] {
  if (guards.every(({ version }) => version === undefined)) return guards;
  return guards.map((guard, index) => {
    const { resource, revision, hash } = guard;
    return { resource, revision: headOf(guard, index)?.revision ?? revision, hash };
  });
}

function assertVersions(guards: readonly Guard[]): void {
  const named = guards.filter(({ version }) => version !== undefined);
  if (named.length > 1) throw misuse('One commit names two heads by their versions.');
  if (named.some(({ revision, hash }) => revision !== 0 || hash === ''))
    throw misuse('A guard that names a version has revision 0 and a hash.');
}

/** Throws `misuse` where a write has no guard, two writes are on one resource, or guards by version are not as they must be. */
export function assertGuarded(request: CommitRequest): void {
  const { writes, guards } = request;
  assertVersions(guards);
  if (writes.length === 0) return;
  const [write] = writes;
  const [guard] = guards;
  if (writes.length === 1 && write !== undefined && guard?.resource === write.resource) return;
  const guarded = new Set(guards.map(({ resource }) => resource));
  const written = new Set<string>();
  for (const { resource } of writes) {
    if (!guarded.has(resource)) throw misuse(`A write of ${JSON.stringify(resource)} has no guard.`);
    if (written.has(resource)) throw misuse(`One commit writes ${JSON.stringify(resource)} twice.`);
    written.add(resource);
  }
}

/** `too-large`, or undefined when the request is within the store's limits. */
export function checkLimits(request: CommitRequest, capabilities: Capabilities): EntenteError | undefined {
  const { maxGuards, maxWrites, maxContentBytes } = capabilities;
  if (request.guards.length > maxGuards || request.writes.length > maxWrites) {
    return new EntenteError('too-large', `One commit takes at most ${maxGuards} guards and ${maxWrites} writes here.`, {
      next: 'Split the change into several commits.',
    });
  }
  for (const write of request.writes) {
    if (write.kind === 'content' && write.content.length > maxContentBytes) return tooLarge(maxContentBytes);
  }
  for (const keep of request.keeps) {
    if (keep.content.length > maxContentBytes) return tooLarge(maxContentBytes);
  }
  return undefined;
}

function tooLarge(limit: number): EntenteError {
  return new EntenteError('too-large', `A content is larger than ${limit} bytes, the limit of this store.`, {
    next: 'Split the content, or keep it elsewhere and commit its hash.',
  });
}

/** A record's value as JSON text, or `too-large`. */
export function recordText(id: string, value: unknown): string {
  const text = JSON.stringify(value);
  if (text.length > MAX_RECORD_LENGTH) {
    throw new EntenteError('too-large', `The value of record ${JSON.stringify(id)} is larger than 1 MiB.`, {
      next: 'Keep large data as a content and name its hash in the record.',
    });
  }
  return text;
}

/** Where a page of records goes on: after this place. */
export interface RecordPlace {
  readonly created: number;
  readonly id: string;
}

/** The place that a page of records named as its `next` (`created:id`); `misuse` for what none did. */
export function recordPlace(after: string): RecordPlace {
  const [, digits, id] = /^(\d{1,16}):(.*)$/s.exec(after) ?? [];
  const created = Number(digits);
  if (id !== undefined && Number.isSafeInteger(created)) return { created, id };
  throw new EntenteError('misuse', 'This is no place in a list of records.', {
    next: 'Start with the first page, and go on with the `next` of each.',
  });
}
