// Two versions as a unified diff: three lines around each change, `\ No newline at end of file` where it applies.
import { diffLines, type Hunk } from '../../merge/diff.ts';
import { bytesOfLines, type Lines, splitLines } from '../../merge/lines.ts';
import { endless } from '../../merge/watch.ts';
import type { Colors } from '../shell/console.ts';
import { cleanLine, isBinary } from '../shell/text.ts';

const CONTEXT = 3;

export interface DiffSide {
  readonly label: string;
  readonly content: Uint8Array;
}

function lineOf(lines: Lines, index: number, safe: boolean): { readonly text: string; readonly open: boolean } {
  const bytes = bytesOfLines(lines, index, index + 1);
  const open = bytes.at(-1) !== 10;
  const text = Buffer.from(bytes.subarray(0, open ? bytes.length : -1)).toString('utf8');
  return { text: safe ? cleanLine(text) : text, open };
}

/** Hunks whose contexts touch are shown together. */
function groups(hunks: readonly Hunk[]): readonly (readonly Hunk[])[] {
  const all: Hunk[][] = [];
  for (const hunk of hunks) {
    const last = all.at(-1);
    const before = last?.at(-1);
    if (last !== undefined && before !== undefined && hunk.aStart - before.aEnd <= 2 * CONTEXT) last.push(hunk);
    else all.push([hunk]);
  }
  return all;
}

function span(start: number, count: number): string {
  return count === 1 ? `${start + 1}` : `${count === 0 ? start : start + 1},${count}`;
}

/** The lines of a unified diff; empty where the bytes are equal. `safe` shows control characters as code points. */
export function unifiedDiff(a: DiffSide, b: DiffSide, colors: Colors, safe: boolean): readonly string[] {
  if (Buffer.compare(a.content, b.content) === 0) return [];
  const head = [colors.bold(`--- ${a.label}`), colors.bold(`+++ ${b.label}`)];
  if (isBinary(a.content) || isBinary(b.content)) {
    return [...head, `Binary contents differ: ${a.content.length} and ${b.content.length} bytes`];
  }
  const left = splitLines(a.content);
  const right = splitLines(b.content);
  const out: string[] = [...head];
  const put = (lines: Lines, index: number, mark: string, paint: (text: string) => string): void => {
    const { text, open } = lineOf(lines, index, safe);
    out.push(paint(`${mark}${text}`));
    if (open) out.push('\\ No newline at end of file');
  };
  for (const group of groups(diffLines(left, right, endless))) {
    const first = group[0];
    const last = group.at(-1);
    if (first === undefined || last === undefined) continue;
    const before = Math.min(CONTEXT, first.aStart);
    const after = Math.min(CONTEXT, left.count - last.aEnd);
    const aFrom = first.aStart - before;
    const bFrom = first.bStart - before;
    const aTo = last.aEnd + after;
    const bTo = last.bEnd + after;
    out.push(colors.cyan(`@@ -${span(aFrom, aTo - aFrom)} +${span(bFrom, bTo - bFrom)} @@`));
    let at = aFrom;
    for (const hunk of group) {
      for (; at < hunk.aStart; at += 1) put(left, at, ' ', String);
      for (; at < hunk.aEnd; at += 1) put(left, at, '-', colors.red);
      for (let i = hunk.bStart; i < hunk.bEnd; i += 1) put(right, i, '+', colors.green);
    }
    for (; at < aTo; at += 1) put(left, at, ' ', String);
  }
  return out;
}
