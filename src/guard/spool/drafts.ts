// Drafts that agents announced, for hooks that open no store: a line each in a file beside the books, written by whoever
// commits to the home's own store. A hint: what is said of a draft comes from the store.
import type { OpenDraft } from '../../controller/types.ts';
import { appendLines, readLines, rewriteLines } from './lines.ts';

export interface DraftLine {
  readonly t: 'draft';
  /** The draft's id. */
  readonly k: string;
  readonly p: string;
  readonly a: string;
  /** Milliseconds since 1970: it is over by then. */
  readonly until: number;
}
export type DraftsLine = DraftLine | { readonly t: 'over'; readonly k: string };

/** Lines beyond which the file is written anew. */
const LONG = 500;

function live(lines: readonly DraftsLine[], now: number): readonly DraftLine[] {
  const over = new Set(lines.flatMap((line) => (line.t === 'over' ? [line.k] : [])));
  return lines.filter((line): line is DraftLine => line.t === 'draft' && line.until > now && !over.has(line.k));
}

export function appendDrafts(file: string, lines: readonly DraftsLine[]): void {
  if (lines.length > 0) appendLines(file, lines, true);
}

export interface Drafts {
  /** Those of a file that may be open. */
  of(path: string): readonly DraftLine[];
  /** Of this file, these are open by the word of the store. */
  keepOnly(path: string, open: readonly OpenDraft[]): void;
  /** Under the guard's lock only. */
  tidy(): void;
}

export function createDrafts(file: string, clock: () => number): Drafts {
  const read = (): readonly DraftsLine[] => readLines(file) as unknown as readonly DraftsLine[];
  const of = (path: string): readonly DraftLine[] => live(read(), clock()).filter(({ p }) => p === path);
  return {
    of,
    keepOnly: (path, open) => {
      const listed = of(path);
      const over = listed.filter(({ k }) => !open.some(({ id }) => id === k));
      const fresh = open.filter(({ id }) => !listed.some(({ k }) => k === id));
      appendDrafts(file, [
        ...over.map(({ k }) => ({ t: 'over', k }) as const),
        ...fresh.map(({ id: k, agent: a, until }) => ({ t: 'draft', k, p: path, a, until }) as const),
      ]);
    },
    tidy: () => {
      const lines = read();
      if (lines.length >= LONG) rewriteLines(file, lines.length, live(lines, clock()));
    },
  };
}
