// Classes and whatever else has members, where a side gave it another name: what is in it is then told under the name that
// the base has for it, so that a version before the change can be held against one after it.
import type { Declared } from './declared.ts';

export interface Declarations {
  readonly merged: readonly Declared[];
  readonly base: readonly Declared[];
  readonly sides: readonly (readonly Declared[])[];
}

/** New names, each with the base's for the same. */
type Renames = ReadonlyMap<string, string>;

/** Members of nearly every class, which say nothing of which one it is. */
const COMMON: readonly string[] = ['constructor', '__init__'];

/** All of them with the base's names for what a side gave another one; names for people stay as written. */
export function underNamesOfBase({ merged, base, sides }: Declarations): Declarations {
  const renames = agreed(sides.map((side) => renamesOf(base, side)));
  const all: Renames = new Map(renames.flatMap((each) => [...each]));
  return {
    merged: renamed(merged, all),
    base,
    sides: sides.map((side, i) => renamed(side, renames[i] ?? new Map())),
  };
}

export function shortName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

export function ownerOf(name: string): string | undefined {
  const dot = name.lastIndexOf('.');
  return dot < 0 ? undefined : name.slice(0, dot);
}

/**
 * What one side renamed: an owner that is gone and one that is new have members of one name, and neither has any in common
 * with a third. Two that were joined, and one that was cut in pieces of new names, are none.
 */
function renamesOf(base: readonly Declared[], side: readonly Declared[]): Renames {
  const gone = homesOf(base, namesIn(side));
  const fresh = homesOf(side, namesIn(base));
  const [after, before] = [new Map<string, Set<string>>(), new Map<string, Set<string>>()];
  for (const [member, [owner, another]] of gone) {
    const [home, second] = fresh.get(member) ?? [];
    if (owner === undefined || home === undefined || another !== undefined || second !== undefined) continue;
    add(after, owner, home);
    add(before, home, owner);
  }
  const pairs = [...after].flatMap(([owner, [home = '', another]]) =>
    another === undefined && before.get(home)?.size === 1 ? [[home, owner] as const] : [],
  );
  return new Map(pairs);
}

function namesIn(declared: readonly Declared[]): ReadonlySet<string> {
  return new Set(declared.flatMap(({ name }) => [name, ownerOf(name) ?? name]));
}

/** By the name of a member: the owners that have it and whose own names are not `known`. */
function homesOf(declared: readonly Declared[], known: ReadonlySet<string>): ReadonlyMap<string, ReadonlySet<string>> {
  const members = new Map<string, Set<string>>();
  for (const { name } of declared) {
    const owner = ownerOf(name);
    if (owner !== undefined && !known.has(owner)) add(members, owner, shortName(name));
  }
  const homes = new Map<string, Set<string>>();
  for (const [owner, names] of members) {
    const telling = [...names].filter((name) => !COMMON.includes(name));
    for (const name of telling.length > 0 ? telling : names) add(homes, name, owner);
  }
  return homes;
}

function add(sets: Map<string, Set<string>>, key: string, value: string): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([value]));
  else set.add(value);
}

/** Without what the sides gave two names. */
function agreed(renames: readonly Renames[]): readonly Renames[] {
  const names = new Map<string, Set<string>>();
  for (const each of renames) for (const [name, owner] of each) add(names, owner, name);
  return renames.map((each) => new Map([...each].filter(([, owner]) => names.get(owner)?.size === 1)));
}

/** A key has the name of the owner, or of the owner itself, behind its first word. */
function renamed(declared: readonly Declared[], renames: Renames): readonly Declared[] {
  return declared.map((each) => {
    const written = ownerOf(each.name) ?? each.name;
    const name = renames.get(written);
    const at = each.key.indexOf(' ') + 1;
    if (name === undefined || !each.key.startsWith(written, at)) return each;
    return { ...each, key: each.key.slice(0, at) + name + each.key.slice(at + written.length) };
  });
}
