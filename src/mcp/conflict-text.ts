// A conflict as a model sees it: base, A and B. Who may decide it sees nothing of whose sides they are; who wrote one of
// them sees the names, and that somebody else decides.
import type { WireConflict, WireSide } from '../service/conflict-view.ts';
import { isAuthor } from '../service/conflict-view.ts';
import type { Call } from '../service/operation.ts';
import { may } from '../service/rights.ts';
import { placeOf } from './clashes.ts';
import { type Labels, labelsOf } from './labels.ts';
import { linesOf, SHOWN_BYTES } from './range.ts';
import { clean, cut, NOTE_CHARS } from './say.ts';

/** Characters of the three sides together that are shown whole without being asked for. */
const SMALL = 6000;
const REGIONS = 20;

export interface ShownSide {
  readonly content?: string;
  readonly encoding?: 'base64';
  readonly deleted?: true;
  readonly by?: string;
  readonly note?: string;
}

export interface ShownConflict {
  /** The caller may decide it. */
  readonly judge: boolean;
  readonly labels: Labels;
  readonly sides: { readonly base?: ShownSide; readonly a: ShownSide; readonly b: ShownSide };
  readonly regions: readonly object[];
  /** Something was left out, and is had with `detail: full` or from the linked resource. */
  readonly truncated: boolean;
}

/** Who may decide: has the right for it, and wrote neither side, unless that is granted too. */
export function isJudge(call: Call, conflict: WireConflict): boolean {
  const { principal, space } = call;
  const { resource } = conflict;
  if (may(principal, 'resolve-own', space, resource)) return true;
  return may(principal, 'resolve', space, resource) && !isAuthor(call, conflict as never);
}

type Regions = WireConflict['regions'];

/** The lines of a side where it clashes; undefined where the regions are not lines. */
function clashing(text: string, regions: Regions, side: 'base' | 'current' | 'proposed'): string | undefined {
  const lines = linesOf(text);
  const parts = regions.slice(0, REGIONS).map(({ at }) => {
    if ('pointer' in at) return undefined;
    const { start, end } = at.lines[side];
    return `@ lines ${start + 1}-${end}\n${lines.slice(start, end).join('')}`;
  });
  if (parts.length === 0 || parts.includes(undefined)) return undefined;
  return parts.map((part) => (part?.endsWith('\n') === true ? part : `${part}\n`)).join('');
}

interface Seen {
  readonly side: ShownSide;
  readonly whole: boolean;
}

function seen(conflict: WireConflict, side: 'base' | 'current' | 'proposed', full: boolean): Seen {
  const stored: WireSide = conflict[side] ?? { hash: '', deleted: true };
  if (stored.deleted) return { side: { deleted: true }, whole: true };
  const { content, encoding } = stored;
  if (content === undefined) return { side: {}, whole: false };
  if (encoding === 'base64') {
    return content.length <= SMALL ? { side: { content, encoding }, whole: true } : { side: {}, whole: false };
  }
  if (full) {
    const { text, whole } = cut(content, SHOWN_BYTES / 2);
    return { side: { content: text }, whole };
  }
  const part = clashing(content, conflict.regions, side);
  const { text } = cut(part ?? content, SMALL / 3);
  return { side: { content: text }, whole: false };
}

function sizeOf(conflict: WireConflict): number {
  const { base, current, proposed } = conflict;
  return [base, current, proposed].reduce((sum, side) => sum + (side?.content?.length ?? 0), 0);
}

export function shownConflict(call: Call, conflict: WireConflict, full: boolean): ShownConflict {
  const judge = isJudge(call, conflict);
  const labels = labelsOf(conflict, conflict.revision);
  const whole = full || sizeOf(conflict) <= SMALL;
  const one = (side: 'current' | 'proposed'): Seen => {
    const found = seen(conflict, side, whole);
    const { agent } = conflict[side];
    const { note } = conflict;
    return {
      ...found,
      side: {
        ...found.side,
        ...(judge || agent === undefined ? {} : { by: clean(agent, 255) }),
        ...(side === 'current' || note === undefined ? {} : { note: clean(note, NOTE_CHARS) }),
      },
    };
  };
  const base = conflict.base === undefined ? undefined : seen(conflict, 'base', whole);
  const [a, b] = [one(labels.a), one(labels.b)];
  return {
    ...{ judge, labels },
    sides: { ...(base === undefined ? {} : { base: base.side }), a: a.side, b: b.side },
    regions: conflict.regions.slice(0, REGIONS).map(({ at, kind }) => ({ ...placeOf(at), kind })),
    truncated: ![base, a, b].every((found) => found?.whole !== false) || conflict.regions.length > REGIONS,
  };
}

function sideText(title: string, side: ShownSide | undefined): string {
  if (side === undefined) return '';
  const note = side.note === undefined ? '' : ` (its author says: ${JSON.stringify(side.note)})`;
  const { content, encoding, deleted } = side;
  const text =
    deleted === true
      ? '(deleted)'
      : content === undefined || encoding === 'base64'
        ? '(not shown: too large, or no text)'
        : content;
  return `${title}${note}:\n${text}${text.endsWith('\n') ? '' : '\n'}`;
}

export function conflictText({ sides }: ShownConflict): string {
  return [sideText('BASE', sides.base), sideText('A', sides.a), sideText('B', sides.b)].join('');
}
