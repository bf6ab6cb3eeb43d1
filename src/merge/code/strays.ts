// Declarations that a merge by lines puts where no side has them: in the class that the other side began above them, back
// where one side took them away, or twice because each side moved them elsewhere. All of it parses, and no name comes twice.
import type { ReceiptEntry } from '../../core/receipt.ts';
import { bytesOfLines, splitLines } from '../lines.ts';
import type { CleanMerge, MergeInput } from '../types.ts';
import type { Declared } from './declared.ts';
import type { Language } from './languages.ts';

export interface Declarations {
  readonly merged: readonly Declared[];
  readonly base: readonly Declared[];
  readonly sides: readonly (readonly Declared[])[];
}

/**
 * Whether something may have strayed, so that it is worth reading the other versions: a side that is alone with it moved
 * a declaration, or opened or closed something in which the other side's lines may stand.
 */
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
  const isNew = new Uint8Array(after.count);
  for (const { added, by } of changes) if (by === 1) isNew.fill(1, ...added);
  // Of what is woven each side put a part in.
  for (const { action, result = [0, 0] } of merged.receipt.entries) if (action === 'woven') isNew.fill(1, ...result);
  if (declared.some(({ line, name }) => isNew[line - 1] === 1 && text.includes(shortName(name)))) return true;
  const shape = (bytes: Uint8Array): string => shapeOf(language, Buffer.from(bytes).toString('latin1'));
  return changes.some(
    ({ removed, added, by }) =>
      by === 1 && shape(bytesOfLines(before, ...removed)) !== shape(bytesOfLines(after, ...added)),
  );
}

interface Change {
  readonly removed: readonly [number, number];
  readonly added: readonly [number, number];
  /** How many sides did it. */
  readonly by: number;
}

/** What the entries of a ledger changed: a run that went and one that came in its place are one change. */
function changesOf(entries: readonly ReceiptEntry[]): readonly Change[] {
  const found: Change[] = [];
  entries.forEach(({ action, by, base = [0, 0], result = [0, 0] }, i) => {
    const before = entries[i - 1];
    const last = found.at(-1);
    if (action === 'removed') found.push({ removed: base, added: [0, 0], by: by.length });
    else if (action === 'added' && before?.action === 'removed' && last !== undefined && isSame(before.by, by)) {
      found[found.length - 1] = { ...last, added: result };
    } else if (action === 'added') found.push({ removed: [0, 0], added: result, by: by.length });
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

/** What strayed, in words; undefined where nothing did. */
export function strayIn(declarations: Declarations): string | undefined {
  return misplaced(declarations) ?? restored(declarations) ?? movedApart(declarations);
}

function keysOf(declared: readonly Declared[]): ReadonlyMap<string, Declared> {
  // What a scope holds twice has a key of that scope's own, which says nothing of where it is.
  return new Map(declared.filter(({ key }) => !key.startsWith('in ')).map((each) => [each.key, each]));
}

/** Something that a side added is not declared where that side has it, although that is still there. */
function misplaced({ merged, base, sides }: Declarations): string | undefined {
  const [written, before] = [keysOf(merged), keysOf(base)];
  for (const [i, side] of sides.entries()) {
    for (const [key, { name }] of keysOf(side)) {
      if (before.has(key) || written.has(key) || follows(name, merged, side, sides[1 - i] ?? [])) continue;
      const place = merged.find((each) => shortName(each.name) === shortName(name));
      const where = place === undefined ? 'it is declared there no more' : `line ${place.line}: ${place.name}`;
      return `scope: ${name} is not where the side that added it has it (${where})`;
    }
  }
  return undefined;
}

/** Whether the other side gave the owner of that member another name, and the member went along with all others. */
function follows(
  name: string,
  merged: readonly Declared[],
  side: readonly Declared[],
  other: readonly Declared[],
): boolean {
  const owner = ownerOf(name);
  if (owner === undefined || merged.some((each) => each.name === owner)) return false;
  const fellows = new Set(side.filter((each) => ownerOf(each.name) === owner).map((each) => shortName(each.name)));
  const owners = new Set(
    other.flatMap((each) => {
      const theirs = ownerOf(each.name);
      const isNew = theirs !== undefined && !side.some((own) => own.name === theirs);
      return isNew && fellows.has(shortName(each.name)) ? [theirs] : [];
    }),
  );
  const [renamed] = owners;
  return owners.size < 2 && merged.some((each) => each.name === `${renamed}.${shortName(name)}`);
}

/** Something that one side took away is there again, because the other one moved it. */
function restored({ merged, base, sides }: Declarations): string | undefined {
  const keys = sides.map(keysOf);
  const written = keysOf(merged);
  for (const [key, { name }] of keysOf(base)) {
    const place = written.get(key);
    if (place === undefined || keys.every((side) => side.has(key))) continue;
    return `deleted: ${name} is declared although a side took it away (line ${place.line})`;
  }
  return undefined;
}

/** A member that neither side has where it was is under another owner on one side, and not on the other. */
function movedApart({ merged, base, sides }: Declarations): string | undefined {
  const before = keysOf(base);
  for (const [key, { name, text }] of before) {
    if (text === undefined || sides.some((side) => keysOf(side).has(key))) continue;
    const isIt = (each: Declared): boolean =>
      each.text === text && shortName(each.name) === shortName(name) && !before.has(each.key);
    const places = sides.map((side) => side.filter(isIt).map((each) => each.name));
    if (places[0]?.join() === places[1]?.join()) continue;
    const lines = merged.filter(isIt).map(({ line }) => line);
    return `moved: the sides moved ${name} to different places, or took it away (lines ${lines.join(', ')})`;
  }
  return undefined;
}

function shortName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

function ownerOf(name: string): string | undefined {
  const dot = name.lastIndexOf('.');
  return dot < 0 ? undefined : name.slice(0, dot);
}
