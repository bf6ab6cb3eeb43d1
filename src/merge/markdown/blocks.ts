// A run of Markdown lines cut into blocks: paragraphs, headings, list items with all that is nested in them, and runs of
// blank lines. Blocks are Lines again, whose "lines" are blocks, so that whatever diffs and merges lines merges them too.
import { type Lines, startOf } from '../lines.ts';
import type { MarkdownLine } from './outline.ts';

export interface Blocks {
  /** Each block as one line. */
  readonly lines: Lines;
  /** The line that each block begins with, and the end of the last one. */
  readonly starts: readonly number[];
  /** What each block's first line is. */
  readonly heads: readonly MarkdownLine[];
}

/** The blocks of the lines `[from, to)`; undefined where code is among them, which has no blocks. */
export function blocksOf(lines: Lines, outline: readonly MarkdownLine[], from: number, to: number): Blocks | undefined {
  const starts: number[] = [];
  const heads: MarkdownLine[] = [];
  let open: MarkdownLine | undefined;
  for (let i = from; i < to; i++) {
    const line = outline[i];
    if (line === undefined || line.kind === 'code') return undefined;
    const isMore = open !== undefined && continues(outline, i, open, line);
    if (isMore) continue;
    starts.push(i);
    heads.push(line);
    open = line;
  }
  starts.push(to);
  const offsets = Int32Array.from(starts, (line) => startOf(lines, line));
  return { lines: { bytes: lines.bytes, starts: offsets, count: heads.length }, starts, heads };
}

/** Whether line `i` belongs to the block that `open` began. */
function continues(outline: readonly MarkdownLine[], i: number, open: MarkdownLine, line: MarkdownLine): boolean {
  if (line.under === 'more') return true;
  if (open.kind === 'blank') return line.kind === 'blank';
  const isAfterBlank = outline[i - 1]?.kind === 'blank';
  // A second blank line is where the first one is: long runs are looked at once.
  if (line.kind === 'blank') return open.kind === 'item' && (isAfterBlank || isNested(outline, i, open));
  if (open.kind === 'item') return line.indent > open.indent || (line.kind === 'text' && !isAfterBlank);
  return open.kind === 'text' && line.kind === 'text';
}

/** Whether the blank line `i` stands inside of an item: what comes after it is indented below the item. */
function isNested(outline: readonly MarkdownLine[], i: number, open: MarkdownLine): boolean {
  let next = i + 1;
  while (outline[next]?.kind === 'blank') next += 1;
  return (outline[next]?.indent ?? 0) > open.indent;
}
