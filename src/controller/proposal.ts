// From a change as sent to what it proposes to store. Changes are formed against the token's base, never against what
// happens to be stored now (rule A8).
import type { Change, Edit } from '../core/change.ts';
import { EntenteError } from '../core/errors.ts';
import { bytesOf, hashOf } from '../core/hash.ts';
import type { Token } from '../core/token.ts';
import { applyJsonPatch } from '../merge/json/patch.ts';
import { originOf } from './base.ts';
import type { Context } from './context.ts';
import { patchMark } from './taken.ts';

/** What a change would store. `appended` remembers that the intent was to append (rule A8). */
export type Proposal =
  | {
      readonly kind: 'content';
      readonly hash: string;
      readonly content: Uint8Array;
      readonly mediaType?: string | undefined;
      readonly appended?: boolean;
    }
  | { readonly kind: 'hash'; readonly hash: string }
  | { readonly kind: 'delete'; readonly hash: '' };

const DELETE: Proposal = { kind: 'delete', hash: '' };
const NO_HASH_CHARACTER = /[^A-Za-z0-9._:-]/;
const ALL_64 = new RegExp(`^${'[A-Za-z0-9._:-]'.repeat(64)}$`);
const MEDIA_TYPE = /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}(?:; ?[\w-]{1,64}=[\w.+-]{1,127}){0,4}$/;

/** Synchronous where the change says all by itself; a promise where the base has to be read first. */
export function propose(context: Context, token: Token, change: Change): Proposal | Promise<Proposal> {
  if (typeof change !== 'object' || change === null || !isOneKind(change)) throw noChange();
  if ('hash' in change) return proposeHash(change.hash);
  if ('content' in change) return proposeContent(context, change.content, change.mediaType);
  if ('delete' in change && change.delete === true) return DELETE;
  if ('append' in change || 'edits' in change || 'jsonPatch' in change) return proposeOnBase(context, token, change);
  throw noChange();
}

/**
 * Content beside a hash would be dropped for the hash, without a word: of the kinds of change there is exactly one.
 * Written out, because a loop would cost a plain commit a tenth.
 */
export function isOneKind(change: object): boolean {
  let kinds = 0;
  if ('content' in change) kinds += 1;
  if ('hash' in change) kinds += 1;
  if ('append' in change) kinds += 1;
  if ('edits' in change) kinds += 1;
  if ('jsonPatch' in change) kinds += 1;
  if ('delete' in change) kinds += 1;
  return kinds === 1;
}

function noChange(): EntenteError {
  return new EntenteError(
    'misuse',
    'A change is exactly one of content, append, edits, jsonPatch, delete: true or hash.',
    {
      next: 'Pass for example { content: "new text" }.',
    },
  );
}

export function isHash(hash: unknown): hash is string {
  if (typeof hash !== 'string' || hash.length === 0 || hash.length > 128) return false;
  // To look for the first wrong character is a third quicker than to match them all, or than a loop with a table; and
  // for a SHA-256 in hex, which nearly all are, to have them all written out is a third quicker than that.
  return hash.length === 64 ? ALL_64.test(hash) : !NO_HASH_CHARACTER.test(hash);
}

function proposeHash(hash: string): Proposal {
  if (isHash(hash)) return { kind: 'hash', hash };
  throw new EntenteError('misuse', 'A hash is 1 to 128 characters of letters, digits, ".", "_", ":" and "-".', {
    next: 'Pass { content } to let entente keep and hash the bytes.',
  });
}

export function isMediaType(mediaType: unknown): mediaType is string {
  return typeof mediaType === 'string' && MEDIA_TYPE.test(mediaType);
}

function proposeContent(context: Context, content: Uint8Array | string, mediaType: string | undefined): Proposal {
  checkBytes(content);
  if (mediaType !== undefined && !isMediaType(mediaType)) {
    throw new EntenteError('misuse', 'The media type is not of the form type/subtype.', {
      next: 'Use for example text/markdown.',
    });
  }
  // A copy, taken at once: the caller may change its array while the commit waits.
  const bytes = typeof content === 'string' ? bytesOf(content) : new Uint8Array(content);
  return sized(context, bytes, mediaType);
}

function checkBytes(content: unknown): void {
  if (typeof content === 'string' || content instanceof Uint8Array) return;
  throw new EntenteError('misuse', 'Content is a string or a Uint8Array.', { next: 'Encode it first.' });
}

function sized(context: Context, content: Uint8Array, mediaType: string | undefined): Proposal {
  const limit = context.limits.contentBytes;
  if (content.length > limit) {
    throw new EntenteError('too-large', `The content has ${content.length} bytes; the limit is ${limit}.`, {
      next: 'Split it, raise limits.contentBytes, or keep the bytes elsewhere and commit their hash.',
    });
  }
  return { kind: 'content', hash: hashOf(content), content, mediaType };
}

type BasedChange = Extract<Change, { append: unknown } | { edits: unknown } | { jsonPatch: unknown }>;

async function proposeOnBase(context: Context, token: Token, change: BasedChange): Promise<Proposal> {
  if ('append' in change) checkBytes(change.append);
  const origin = await originOf(context, token);
  if (origin.state === 'hash-only') {
    throw new EntenteError(
      'no-content',
      `${token.resource} has no content here, only a hash: there is nothing to edit.`,
      {
        next: 'Send the whole content instead.',
      },
    );
  }
  if (origin.state === 'gone') {
    throw new EntenteError(
      'base-gone',
      `What was read of ${token.resource} (version ${token.version}) is no longer kept.`,
      {
        next: 'Begin again and make the change on what is there now.',
      },
    );
  }
  const base = origin.content ?? new Uint8Array();
  const mediaType = origin.head?.mediaType;
  if ('append' in change) {
    const tail = bytesOf(change.append);
    const proposal = sized(context, concat(base, tail), mediaType);
    return { ...proposal, appended: true } as Proposal;
  }
  if ('edits' in change) return sized(context, applyEdits(base, change.edits), mediaType);
  return sized(context, applyJsonPatch(base, change.jsonPatch), mediaType);
}

function concat(left: Uint8Array, right: Uint8Array): Uint8Array {
  const joined = new Uint8Array(left.length + right.length);
  joined.set(left);
  joined.set(right, left.length);
  return joined;
}

/** One after another; each `old` must be there exactly once at its turn. Works on bytes, so any encoding survives. */
export function applyEdits(base: Uint8Array, edits: readonly Edit[]): Uint8Array {
  if (!Array.isArray(edits) || edits.length === 0) {
    throw new EntenteError('misuse', 'Edits are a list of { old, new } with at least one entry.', {
      next: 'Pass for example { edits: [{ old: "draft", new: "final" }] }.',
    });
  }
  let bytes = Buffer.from(base);
  for (const [index, edit] of edits.entries()) {
    if (typeof edit?.old !== 'string' || typeof edit.new !== 'string') {
      throw new EntenteError('misuse', `Edit ${index} is not { old, new } with two strings.`);
    }
    bytes = applyEdit(bytes, edit, index);
  }
  return new Uint8Array(bytes);
}

function applyEdit(bytes: Buffer<ArrayBuffer>, edit: Edit, index: number): Buffer<ArrayBuffer> {
  const old = Buffer.from(edit.old);
  const at = bytes.indexOf(old);
  if (at < 0) {
    throw new EntenteError('edit-not-found', `Edit ${index}: its old text is not in what you read.`, {
      next: 'Read again and copy the text to replace exactly, with its white space.',
      index,
    });
  }
  const again = old.length === 0 ? bytes.length > 0 : bytes.indexOf(old, at + 1) >= 0;
  if (again) {
    throw new EntenteError('edit-ambiguous', `Edit ${index}: its old text is there more than once.`, {
      next: 'Take in more of the text around it, so that it is there exactly once.',
      index,
    });
  }
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(edit.new), bytes.subarray(at + old.length)]);
}

/** The change as sent, in short canonical form: what the fingerprint covers (rule A4). */
export function changeMark(change: Change, proposal: Proposal): string {
  // A hash has no space in it, and every other mark has one, so it cannot be taken for another kind of change.
  if ('hash' in change) return change.hash;
  if ('content' in change) return `content ${proposal.hash} ${change.mediaType ?? ''}`;
  if ('append' in change) return `append ${hashOf(change.append)}`;
  if ('edits' in change) return `edits ${hashOf(JSON.stringify(change.edits))}`;
  if ('jsonPatch' in change) return `patch ${hashOf(patchMark(change.jsonPatch))}`;
  return 'delete it';
}
