// Declarations that a merge by lines puts where no side has them: in the class that the other side began above them, back
// where one side took them away, or twice because each side moved them elsewhere. All of it parses, and no name comes twice.
import type { Declared } from './declared.ts';
import { type Declarations, shortName, underNamesOfBase } from './renamed.ts';

/** What strayed, in words; undefined where nothing did. */
export function strayIn(written: Declarations): string | undefined {
  const declarations = underNamesOfBase(written);
  return misplaced(declarations) ?? restored(written) ?? restored(declarations) ?? movedApart(declarations);
}

function keysOf(declared: readonly Declared[]): ReadonlyMap<string, Declared> {
  // What a scope holds twice has a key of that scope's own, which says nothing of where it is.
  return new Map(declared.filter(({ key }) => !key.startsWith('in ')).map((each) => [each.key, each]));
}

/** Something that a side added, or that both kept, is not declared where they have it. */
function misplaced({ merged, base, sides }: Declarations): string | undefined {
  const [written, before, keys] = [keysOf(merged), keysOf(base), sides.map(keysOf)];
  for (const [i, side] of keys.entries()) {
    const other = keys[1 - i];
    for (const [key, { name }] of side) {
      const isKept = before.has(key);
      if (written.has(key) || (isKept && other?.has(key) === false)) continue;
      const place = merged.find((each) => shortName(each.name) === shortName(name));
      const where = place === undefined ? 'it is declared there no more' : `line ${place.line}: ${place.name}`;
      return `scope: ${name} is not where ${isKept ? 'both sides have' : 'the side that added it has'} it (${where})`;
    }
  }
  return undefined;
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
  const [before, keys] = [keysOf(base), sides.map(keysOf)];
  const places = sides.map((side) => byContent(side.filter(({ key }) => !before.has(key))));
  for (const [key, { name, text }] of before) {
    if (text === undefined || keys.some((side) => side.has(key))) continue;
    const content = contentOf(name, text);
    const [mine, theirs] = places.map((side) =>
      side
        .get(content)
        ?.map((each) => each.key)
        .join(),
    );
    if (mine === theirs) continue;
    const lines =
      byContent(merged)
        .get(content)
        ?.map(({ line }) => line) ?? [];
    return `moved: the sides moved ${name} to different places, or took it away (lines ${lines.join(', ')})`;
  }
  return undefined;
}

/** Members by what they are, wherever they stand. */
function byContent(declared: readonly Declared[]): ReadonlyMap<string, readonly Declared[]> {
  const found = new Map<string, Declared[]>();
  for (const each of declared) {
    if (each.text === undefined) continue;
    const content = contentOf(each.name, each.text);
    const there = found.get(content);
    if (there === undefined) found.set(content, [each]);
    else there.push(each);
  }
  return found;
}

function contentOf(name: string, text: string): string {
  return `${shortName(name)}\n${text}`;
}
