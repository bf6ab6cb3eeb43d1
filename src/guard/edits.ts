// Replacements as the tools of hosts make them: on text, each on what the one before left.
import type { ToolEdit } from './types.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Undefined where a host would refuse: `old` is not there, or in several places and not all of them are meant. */
export function applyEdits(content: Uint8Array | undefined, edits: readonly ToolEdit[]): Uint8Array | undefined {
  let text = content === undefined ? '' : textOf(content);
  for (const { old, new: next, all } of edits) {
    if (text === undefined) return undefined;
    // An empty `old` makes a file, or fills an empty one.
    if (old === '') text = text === '' ? next : undefined;
    else text = replaced(text, old, next, all === true);
  }
  return text === undefined ? undefined : encoder.encode(text);
}

function replaced(text: string, old: string, next: string, all: boolean): string | undefined {
  const at = text.indexOf(old);
  if (at < 0) return undefined;
  if (all) return text.split(old).join(next);
  if (text.indexOf(old, at + 1) >= 0) return undefined;
  return text.slice(0, at) + next + text.slice(at + old.length);
}

/** What a formatter leaves of the ends of lines. */
const trimEnds = (text: string): string => text.replace(/[ \t]+$/gm, '');

/**
 * Replacements on a text from which blanks at the ends of lines may have gone since: on that text without any, which is
 * the `base` of what comes of it. Undefined where they do not apply there either.
 */
export function applyTrimmed(
  content: Uint8Array | undefined,
  edits: readonly ToolEdit[],
): { readonly base: Uint8Array; readonly content: Uint8Array } | undefined {
  const text = content === undefined ? undefined : textOf(content);
  const trimmed = edits.map((edit) => ({ ...edit, old: trimEnds(edit.old) }));
  if (text === undefined || trimmed.some(({ old }) => old === '')) return undefined;
  const base = encoder.encode(trimEnds(text));
  const made = applyEdits(base, trimmed);
  return made === undefined ? undefined : { base, content: made };
}

/** Lines ahead in which a line is looked for. */
const NEARBY = 200;

/**
 * A text with the blanks at the ends of its lines as a later one has them: a formatter that takes them away has changed
 * no place that anybody else must not touch. The text itself where the later one has the same blanks, or is none.
 */
export function withEndsOf(before: Uint8Array, after: Uint8Array): Uint8Array {
  const [one, other] = [textOf(before), textOf(after)];
  if (one === undefined || other === undefined || trimEnds(one) === one) return before;
  const later = other.split('\n');
  const bareLater = later.map(trimEnds);
  let from = 0;
  const lines = one.split('\n').map((line) => {
    const bare = trimEnds(line);
    const ahead = bareLater.slice(from, from + NEARBY).indexOf(bare);
    if (ahead < 0) return line;
    from += ahead + 1;
    return later[from - 1] ?? line;
  });
  return encoder.encode(lines.join('\n'));
}

/** How far two texts are apart. */
export interface Distance {
  /** Lines that they do not share, whatever their order, blanks apart: what a formatter moves does not count. */
  readonly lines: number;
  /** The same with blanks. */
  readonly exact: number;
}

/** How many pieces two texts do not share. */
function unshared(one: readonly string[], other: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const piece of one) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  for (const piece of other) counts.set(piece, (counts.get(piece) ?? 0) - 1);
  let sum = 0;
  for (const count of counts.values()) sum += Math.abs(count);
  return sum;
}

/** Undefined where one is no text. */
export function distance(a: Uint8Array | undefined, b: Uint8Array | undefined): Distance | undefined {
  const [one, other] = [a, b].map((bytes) => (bytes === undefined ? '' : textOf(bytes)));
  if (one === undefined || other === undefined) return undefined;
  const [lines, others] = [one.split('\n'), other.split('\n')];
  const dense = (line: string): string => line.replace(/\s+/g, '');
  return { lines: unshared(lines.map(dense), others.map(dense)), exact: unshared(lines, others) };
}

/** How many words two texts share, whatever their order. */
export function sharedWords(a: Uint8Array | undefined, b: Uint8Array | undefined): number {
  const [one, other] = [a, b].map((bytes) => textOf(bytes ?? new Uint8Array())?.match(/[\p{L}\p{N}_]+/gu) ?? []);
  if (one === undefined || other === undefined) return 0;
  return (one.length + other.length - unshared(one, other)) / 2;
}
