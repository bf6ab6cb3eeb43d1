// Names at the edge: resource ids, spaces and agents. One canonical form, made once; everything below takes the
// branded types and never checks again.
import { EntenteError } from './errors.ts';

declare const resourceBrand: unique symbol;
declare const spaceBrand: unique symbol;
declare const agentBrand: unique symbol;

/** A path-like id inside a space, canonical (NFC, no `.` or `..`, no control or bidi characters). */
export type ResourceId = string & { readonly [resourceBrand]: true };
/** A namespace with its own order, policy and rights. */
export type Space = string & { readonly [spaceBrand]: true };
/** Who writes. */
export type AgentId = string & { readonly [agentBrand]: true };

export const DEFAULT_SPACE: Space = 'default' as Space;
/** Where a server keeps its keys. No caller can name it: `parseSpace` refuses a leading `~`. */
export const SERVICE_SPACE: Space = '~entente' as Space;
/** Where a server tries whether its store takes writes. Its log is trimmed, so that trying leaves nothing that grows. */
export const TRIAL_SPACE: Space = '~trial' as Space;
/** Where a store that another one is moved into says how far that is. */
export const MIGRATION_SPACE: Space = '~migration' as Space;

const encoder = new TextEncoder();

const MAX_ID_BYTES = 1024;
const MAX_SEGMENT_BYTES = 255;
const MAX_NAME_BYTES = 255;
// C0, DEL, C1, zero-width and bidi controls, line and paragraph separators, BOM, and the tag block.
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing control characters is the purpose
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\u{e0000}-\u{e007f}]/u;

// What a character is to the check of plain ids: a table answers in one step what would take five comparisons.
const ORDINARY = 1;
const SLASH = 2;
const DOT = 3;
const KINDS: Uint8Array = new Uint8Array(128).fill(ORDINARY, 32, 127);
KINDS[47] = SLASH;
KINDS[46] = DOT;
KINDS[92] = 0;

/**
 * Ids of plain ASCII with ordinary segments need none of the Unicode checks: the common case, decided in one pass. A
 * segment that starts with a dot is left to the checks.
 */
function isPlain(text: string): boolean {
  const length = text.length;
  if (length === 0 || length > MAX_SEGMENT_BYTES) return false;
  let before = SLASH;
  for (let index = 0; index < length; index += 1) {
    const kind = KINDS[text.charCodeAt(index)];
    if (kind !== ORDINARY && (kind === undefined || kind === 0 || before === SLASH)) return false;
    before = kind;
  }
  return before !== SLASH;
}

function bad(kind: string, text: unknown, why: string): EntenteError {
  const shown = typeof text === 'string' ? JSON.stringify(text.slice(0, 80)) : String(typeof text);
  return new EntenteError('bad-id', `${kind} ${shown} ${why}`, {
    next: 'Use a path-like name such as notes/plan.md: no leading or trailing slash, no "." or "..", no control characters.',
  });
}

/** Bytes of the UTF-8 form. */
function byteLength(text: string): number {
  return encoder.encode(text).length;
}

function canonical(kind: string, text: unknown, maxBytes: number): string {
  if (typeof text !== 'string') throw bad(kind, text, 'is not a string.');
  if (text.length > maxBytes) throw bad(kind, text, `is longer than ${maxBytes} bytes.`);
  if (text.length === 0) throw bad(kind, text, 'is empty.');
  if (!text.isWellFormed()) throw bad(kind, text, 'holds a lone surrogate.');
  const normal = text.normalize('NFC');
  if (byteLength(normal) > maxBytes) throw bad(kind, text, `is longer than ${maxBytes} bytes.`);
  if (UNSAFE.test(normal)) throw bad(kind, text, 'holds a control, invisible or direction-changing character.');
  if (normal.includes('\\')) throw bad(kind, text, 'holds a backslash; separate segments with "/".');
  return normal;
}

/** Callers mostly go on with the id that they named last: to compare it costs less than to look at each character. */
let lastPlain: ResourceId = 'a' as ResourceId;

/**
 * The canonical form of an id, or `bad-id`. At most 1,024 bytes, 255 in a segment.
 * A drive-letter prefix (`C:`) is refused: on one machine it would be a path outside the root.
 */
export function parseResourceId(text: unknown): ResourceId {
  if (text === lastPlain) return lastPlain;
  if (typeof text === 'string' && isPlain(text) && text.charCodeAt(1) !== 58) {
    lastPlain = text as ResourceId;
    return lastPlain;
  }
  const normal = canonical('The resource id', text, MAX_ID_BYTES);
  if (/^[A-Za-z]:/.test(normal)) throw bad('The resource id', text, 'starts like a drive letter.');
  for (const segment of normal.split('/')) {
    if (segment === '') throw bad('The resource id', text, 'has an empty segment.');
    if (segment === '.' || segment === '..') throw bad('The resource id', text, 'has a "." or ".." segment.');
    if (byteLength(segment) > MAX_SEGMENT_BYTES) {
      throw bad('The resource id', text, `has a segment of more than ${MAX_SEGMENT_BYTES} bytes.`);
    }
  }
  return normal as ResourceId;
}

/** The canonical form of an agent's name: any visible text of at most 255 bytes on one line. */
export function parseAgentId(text: unknown): AgentId {
  if (typeof text === 'string' && isPlain(text)) return text as AgentId;
  return canonical('The agent name', text, MAX_NAME_BYTES) as AgentId;
}

/** The canonical form of a space's name: at most 255 bytes, no slash, no leading `~` (those are entente's own). */
export function parseSpace(text: unknown): Space {
  const normal = canonical('The space', text, MAX_NAME_BYTES);
  if (normal.includes('/')) throw bad('The space', text, 'holds a slash.');
  if (normal.startsWith('~')) throw bad('The space', text, 'starts with "~", which is kept for entente itself.');
  return normal as Space;
}
