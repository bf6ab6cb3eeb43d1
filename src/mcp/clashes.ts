// The regions that clash, as a model needs them: where they are, and the texts of the three sides. No more than fits into
// some thousand characters; what is left out is said.
import type { Packet } from '../core/outcome.ts';
import type { RegionAt } from '../core/region.ts';
import type { Wire } from '../service/wire.ts';
import { cut } from './say.ts';

const MAX_CHARS = 6000;
const MAX_SIDE_CHARS = 1500;
const MAX_REGIONS = 20;

export interface Clash {
  /** Lines of the current content, `3-4`; a pointer in structures. */
  readonly lines?: string;
  readonly path?: string;
  /** A side that is absent has nothing there. */
  readonly base?: string;
  readonly current?: string;
  readonly yours?: string;
  readonly kind?: string;
}

export interface Clashes {
  readonly shown: readonly Clash[];
  /** Regions that there was no room for, and texts that were cut. */
  readonly left: number;
  readonly cut: boolean;
}

type Region = Wire<Packet>['regions'][number];

export function placeOf(at: RegionAt): Pick<Clash, 'lines' | 'path'> {
  if ('pointer' in at) return { path: at.pointer };
  const { start, end } = at.lines.current;
  return { lines: end > start + 1 ? `${start + 1}-${end}` : `${start + 1}` };
}

function sideText(side: Region['base']): { readonly text?: string; readonly whole: boolean } {
  if (side === undefined) return { whole: true };
  if (side.encoding === 'base64') return { text: '(bytes that are no text)', whole: true };
  return cut(side.content, MAX_SIDE_CHARS);
}

export function clashesOf(regions: readonly Region[]): Clashes {
  const shown: Clash[] = [];
  let room = MAX_CHARS;
  let isCut = false;
  for (const { at, kind, base, current, proposed } of regions.slice(0, MAX_REGIONS)) {
    const sides = [sideText(base), sideText(current), sideText(proposed)] as const;
    const length = sides.reduce((sum, { text = '' }) => sum + text.length, 0);
    if (shown.length > 0 && length > room) break;
    room -= length;
    isCut ||= sides.some(({ whole }) => !whole);
    const [was, is, own] = sides.map(({ text }) => text);
    shown.push({
      ...placeOf(at),
      ...(kind === 'content' ? {} : { kind }),
      ...(was === undefined ? {} : { base: was }),
      ...(is === undefined ? {} : { current: is }),
      ...(own === undefined ? {} : { yours: own }),
    });
  }
  return { shown, left: regions.length - shown.length, cut: isCut };
}

function block(title: string, text: string | undefined): string {
  if (text === undefined) return `${title}: (nothing)\n`;
  return `${title}:\n${text}${text === '' || text.endsWith('\n') ? '' : '\n'}`;
}

/** The same as text. The two other sides are named as the caller says. */
export function clashText({ shown, left }: Clashes): string {
  const texts = shown.map(({ lines, path, base, current, yours }, index) => {
    const where = lines === undefined ? (path === '' ? 'the whole' : `${path}`) : `lines ${lines}`;
    return `[${index + 1}] ${where}\n${block('BASE', base)}${block('CURRENT', current)}${block('YOURS', yours)}`;
  });
  return texts.join('') + (left === 0 ? '' : `(and ${left} more)\n`);
}
