// The public name of a version: the strong ETag `"<epoch>.r<revision>.<hash>"`. The revision in it keeps A → B → A from
// looking unchanged; the epoch keeps apart what a restore brought back.
import { EntenteError } from '../core/errors.ts';
import type { Head } from '../core/version.ts';

const HASH_CHARS = 32;

export function etagOf(epoch: string, head: Pick<Head, 'revision' | 'hash'>): string {
  return `"${epoch}.r${head.revision}.${head.hash.slice(0, HASH_CHARS)}"`;
}

/** Of a record (a conflict, the policy): it changes with every write of it. */
export function recordEtag(epoch: string, revision: number): string {
  return `"${epoch}.r${revision}"`;
}

/** A condition as RFC 9110 (13.1.1, 13.1.2) has it: `*`, or a list of entity tags. */
export type Condition = '*' | readonly { readonly weak: boolean; readonly tag: string }[];

/** What a client that sends back the ETag of its read sends. */
const PLAIN_TAG = /^"[\x21\x23-\x7e\x80-\xff]*"$/;
const TAG = /^\s*(W\/)?("[\x21\x23-\x7e\x80-\xff]*")\s*$/;

/** The condition of a header; `misuse` where it is none (a tag without quotes, an empty list). */
export function parseCondition(name: string, value: string): Condition {
  if (PLAIN_TAG.test(value)) return [{ weak: false, tag: value }];
  if (value.trim() === '*') return '*';
  // An entity tag holds no comma of ours, but another server's may: split outside of quotes.
  const parts = value.match(/(?:W\/)?"[^"]*"|[^,]+/g) ?? [];
  const tags = parts.filter((part) => part.trim() !== '').map((part) => TAG.exec(part));
  if (tags.length === 0 || tags.some((tag) => tag === null) || tags.length > 100) {
    throw new EntenteError('misuse', `${name} is not a list of quoted entity tags.`, {
      next: `Send it exactly as the ETag came, quotes included: ${name}: "…"`,
    });
  }
  return tags.map((tag) => ({ weak: tag?.[1] !== undefined, tag: tag?.[2] ?? '' }));
}

/** Strong comparison: a weak tag matches nothing. `undefined`: there is nothing to match. */
export function matchesStrong(condition: Condition, etag: string | undefined): boolean {
  if (etag === undefined) return false;
  return condition === '*' || condition.some(({ weak, tag }) => !weak && tag === etag);
}

/** Weak comparison, for `If-None-Match` of a read. */
export function matchesWeak(condition: Condition, etag: string | undefined): boolean {
  if (etag === undefined) return false;
  return condition === '*' || condition.some(({ tag }) => tag === etag);
}

/** True where a tag would have matched if it were strong: somebody on the way compressed. */
export function onlyWeak(condition: Condition, etag: string | undefined): boolean {
  return condition !== '*' && condition.length > 0 && condition.every(({ weak }) => weak) && etag !== undefined;
}
