// What somebody has chosen on a conflict so far, and the text that comes of it. The parts are the server's: this only puts
// them in a row, and a place that is open stands in the result as A has it.
import { textOf } from '../../api/bytes.ts';
import type { Choice, ConflictView, Part, Use, ViewRegion } from '../../api/types.ts';

export interface Choices {
  /** By the id of the place. */
  readonly places: ReadonlyMap<string, Use | 'recorded'>;
  /** Parts that merged by themselves and were taken back, by their index among the parts. */
  readonly reverted: ReadonlySet<number>;
}

export const NONE: Choices = { places: new Map(), reverted: new Set() };

export function choose(choices: Choices, region: string, use: Use | 'recorded' | undefined): Choices {
  const places = new Map(choices.places);
  if (use === undefined) places.delete(region);
  else places.set(region, use);
  return { ...choices, places };
}

export function revert(choices: Choices, part: number): Choices {
  const reverted = new Set(choices.reverted);
  if (!reverted.delete(part)) reverted.add(part);
  return { ...choices, reverted };
}

/** Choices that still fit: a place keeps its id as long as its three texts are the same. */
export function fitting(choices: Choices, view: ConflictView): Choices {
  const ids = new Set(view.regions.map(({ id }) => id));
  return { places: new Map([...choices.places].filter(([id]) => ids.has(id))), reverted: new Set() };
}

export function openOf(view: ConflictView, { places }: Choices): readonly ViewRegion[] {
  return view.regions.filter(({ id }) => !places.has(id));
}

/** The place to look at next: the first open one after this, or before. */
export function nextOpen(view: ConflictView, choices: Choices, at: number): number {
  const open = (index: number): boolean => !choices.places.has(view.regions[index]?.id ?? '');
  const count = view.regions.length;
  for (let step = 1; step < count; step += 1) {
    const index = (at + step) % count;
    if (open(index)) return index;
  }
  return at;
}

/** Two texts, one after the other, each on lines of its own. */
function inRow(first: string, second: string): string {
  return first === '' || second === '' || first.endsWith('\n') ? first + second : `${first}\n${second}`;
}

/** What stands in a place by a choice. */
export function textFor(region: ViewRegion, use: Use | 'recorded'): string {
  const of = (side: 'base' | 'current' | 'proposed'): string => textOf(region[side]) ?? '';
  if (use === 'both') return inRow(of('current'), of('proposed'));
  if (use !== 'recorded') return of(use);
  const choice = region.recorded?.choice;
  if (choice === undefined) return of('current');
  return 'use' in choice ? of(choice.use) : (textOf(choice.content) ?? '');
}

/** The text of a conflict of form `text` with these choices. */
export function joined(view: ConflictView, { places, reverted }: Choices): string {
  const regions = new Map(view.regions.map((region) => [region.id, region]));
  const of = (part: Part, index: number): string => {
    if (part.type === 'kept') return part.text;
    if (part.type === 'merged') return reverted.has(index) ? part.base : part.text;
    const region = regions.get(part.region);
    return region === undefined ? '' : textFor(region, places.get(part.region) ?? 'current');
  };
  return (view.parts ?? []).map(of).reduce(inRow, '');
}

const joinable = new WeakMap<ConflictView, boolean>();

/**
 * Whether the parts joined here are the file byte for byte. They are not where its lines end in CRLF or it begins with a
 * byte order mark: then the server puts it together, as for everything that is no text.
 */
export function isJoined(view: ConflictView): boolean {
  let known = joinable.get(view);
  if (known === undefined) {
    known = view.parts !== undefined && joined(view, NONE) === textOf(view.start);
    joinable.set(view, known);
  }
  return known;
}

/** As the server takes them. */
export function wireChoices({ places }: Choices): readonly Choice[] {
  return [...places].map(([region, use]) => ({ region, use }));
}
