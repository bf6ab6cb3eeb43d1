// What clashed, in one sentence, for whoever comes upon it. Sides are called by who wrote them.
import type { Dissected, WholeReason } from '../controller/dissected.ts';
import type { RegionAt } from '../core/region.ts';

const MOST = 2;

/** Where a place lies in what is there now: `lines 14-18`, or its pointer. */
export function whereOf(at: RegionAt): string {
  if ('pointer' in at) return at.pointer === '' ? 'the whole' : at.pointer;
  return linesOf(at.lines.current);
}

/** Lines from 1, both ends included. */
export function linesOf({ start, end }: { readonly start: number; readonly end: number }): string {
  if (end <= start) return start === 0 ? 'the beginning' : `after line ${start}`;
  return end === start + 1 ? `line ${end}` : `lines ${start + 1}-${end}`;
}

function listed(words: readonly string[], most: number, more: string): string {
  if (words.length <= most) return words.join(' and ');
  const left = words.length - most;
  return `${words.slice(0, most).join(', ')} and ${left} ${more}${left === 1 ? '' : 's'}`;
}

/** Who wrote the side that is stored: everybody since the base. */
function holders({ between, conflict }: Dissected): string {
  const names = [...new Set(between.map(({ agent }) => agent))];
  return listed(names.length === 0 ? [conflict.current.agent ?? 'somebody'] : names, MOST, 'other');
}

const WHY: { readonly [why in WholeReason]: string } = {
  binary: 'it is no text, so that one of the two has to be chosen',
  deleted: 'one of them deleted it',
  'both-added': 'both made it, and there is nothing that they started from',
  'too-large': 'it is too large to be laid out here',
  'no-content': 'only its hash is known here',
  'base-gone': 'what both started from is no longer kept',
  budget: 'to compare them would take too long',
  unreadable: 'one of the sides cannot be read as what it should be',
  other: 'they differ as a whole',
};

/** Plain text. Names in it were checked when they came in. */
export function sentenceOf(found: Dissected): string {
  const { conflict, form, why = 'other', regions } = found;
  const { resource, current, proposed } = conflict;
  const [a, b] = [holders(found), proposed.agent ?? 'somebody'];
  if (current.deleted) return `${current.agent ?? a} deleted ${resource} while ${b} was changing it.`;
  if (proposed.deleted) return `${b} wants to delete ${resource}, which ${a} changed meanwhile.`;
  const who = a === b ? `${a} changed` : `${a} and ${b} both changed`;
  if (form === 'clean') return `${who} ${resource}; their changes do not touch each other.`;
  if (form === 'whole') return `${who} ${resource}; ${WHY[why]}.`;
  return `${who} ${listed(
    regions.map(({ at }) => whereOf(at)),
    MOST,
    'other place',
  )} of ${resource}.`;
}
