// Whether a merge of source code is worth reading all its versions for: what can stray does so only where a side that is
// alone with it moved a declaration, named anew what has members, or opened or closed something.
import type { ReceiptEntry } from '../../core/receipt.ts';
import { bytesOfLines, type Lines, splitLines } from '../lines.ts';
import type { CleanMerge, MergeInput } from '../types.ts';
import type { Declared } from './declared.ts';
import type { Language } from './languages.ts';
import { ownerOf, shortName } from './renamed.ts';

/** Where no one put a line in alone, where both did, and what is woven: each side put a part in. */
const [KEPT, WOVEN] = ['', 'woven'];

export function mayStray(
  language: Language,
  { base }: MergeInput,
  merged: CleanMerge,
  declared: readonly Declared[],
): boolean {
  const before = splitLines(base ?? new Uint8Array());
  const after = splitLines(merged.content ?? new Uint8Array());
  const text = Buffer.from(before.bytes).toString();
  const changes = changesOf(merged.receipt.entries);
  const authors = new Array<string>(after.count).fill(KEPT);
  for (const { added, by } of changes) if (by.length === 1) authors.fill(by.join(), ...added);
  for (const { action, result = [0, 0] } of merged.receipt.entries)
    if (action === 'woven') authors.fill(WOVEN, ...result);
  const authorOf = ({ line }: Declared): string => authors[line - 1] ?? KEPT;
  if (declared.some((each) => authorOf(each) !== KEPT && text.includes(shortName(each.name)))) return true;
  if (isSharedByNewOwner(declared, authorOf)) return true;
  if (language === 'python' && hidesFunction(after, declared, authors)) return true;
  const shape = (bytes: Uint8Array): string => shapeOf(language, Buffer.from(bytes).toString('latin1'));
  return changes.some(
    ({ removed, added, by }) =>
      by.length === 1 && shape(bytesOfLines(before, ...removed)) !== shape(bytesOfLines(after, ...added)),
  );
}

/** Whether a side alone wrote the head of something, and not all that is in it. */
function isSharedByNewOwner(declared: readonly Declared[], authorOf: (each: Declared) => string): boolean {
  const heads = new Map<string, string>();
  for (const each of declared) if (authorOf(each) !== KEPT) heads.set(each.name, authorOf(each));
  return declared.some((each) => {
    const author = heads.get(ownerOf(each.name) ?? '');
    return author !== undefined && (author === WOVEN || author !== authorOf(each));
  });
}

/** Whether a side put in a function of Python that is in another one now: only its indentation says whose it is. */
function hidesFunction(after: Lines, declared: readonly Declared[], authors: readonly string[]): boolean {
  const lines = new Set(declared.map(({ line }) => line));
  return authors.some((author, i) => {
    if (author === KEPT || lines.has(i + 1)) return false;
    return /^[ \t]+(?:async[ \t]+)?def\b/.test(Buffer.from(bytesOfLines(after, i, i + 1)).toString('latin1'));
  });
}

interface Change {
  readonly removed: readonly [number, number];
  readonly added: readonly [number, number];
  /** Who did it. */
  readonly by: readonly string[];
}

/** What the entries of a ledger changed: a run that went and one that came in its place are one change. */
function changesOf(entries: readonly ReceiptEntry[]): readonly Change[] {
  const found: Change[] = [];
  entries.forEach(({ action, by, base = [0, 0], result = [0, 0] }, i) => {
    const before = entries[i - 1];
    const last = found.at(-1);
    if (action === 'removed') found.push({ removed: base, added: [0, 0], by });
    else if (action === 'added' && before?.action === 'removed' && last !== undefined && isSame(before.by, by)) {
      found[found.length - 1] = { ...last, added: result };
    } else if (action === 'added') found.push({ removed: [0, 0], added: result, by });
  });
  return found;
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.join() === b.join();
}

/** What lines close and open beyond themselves; texts and comments are not told apart, which costs a look more. */
function shapeOf(language: Language, lines: string): string {
  let [depth, lowest] = [0, 0];
  for (const char of lines) {
    if ('{[('.includes(char)) depth += 1;
    else if ('}])'.includes(char)) lowest = Math.min(lowest, --depth);
  }
  const brackets = `${lowest} ${depth}`;
  if (language !== 'python') return brackets;
  return `${brackets} ${/:\s*$/.test(lines)} ${lines.match(/^[ \t]*class\b/gm)?.length ?? 0}`;
}
