// Definitions of links and footnotes (`[name]: …`) that both sides added under one name. The first one in a text counts,
// so that the other side's links would lead somewhere else without a word.
import { bytesOfLines, type Lines } from '../lines.ts';
import type { Region, Sides } from '../three-way.ts';
import { outlineOf } from './outline.ts';

const DEFINITION = /^ {0,3}\[((?:[^[\]\\]|\\.){1,999})\]:[ \t]*(.*?)\s*$/s;

interface Definition {
  readonly line: number;
  readonly name: string;
  readonly what: string;
}

/** The regions, those as conflicts in which each side defines a name that is new and has another meaning on the other. */
export function keepDefinitions(texts: Sides, regions: readonly Region[]): readonly Region[] {
  const kinds = regions.map(({ kind }) => kind);
  if (!kinds.includes('current') || !kinds.includes('proposed')) return regions;
  const known = new Set(definitionsIn(texts.base).map(({ name }) => name));
  const newIn = (lines: Lines): readonly Definition[] => definitionsIn(lines).filter(({ name }) => !known.has(name));
  const [ours, theirs] = [newIn(texts.current), newIn(texts.proposed)];
  if (ours.length === 0 || theirs.length === 0) return regions;
  const meanings = new Map(ours.map(({ name, what }) => [name, what]));
  const clashing = new Set(theirs.flatMap(({ name, what }) => ((meanings.get(name) ?? what) === what ? [] : [name])));
  if (clashing.size === 0) return regions;
  const inRegion = (found: readonly Definition[], from: number, to: number): boolean =>
    found.some(({ line, name }) => from <= line && line < to && clashing.has(name));
  return regions.map((region) => {
    const { kind, currentStart, currentEnd, proposedStart, proposedEnd } = region;
    const isClash =
      (kind === 'current' && inRegion(ours, currentStart, currentEnd)) ||
      (kind === 'proposed' && inRegion(theirs, proposedStart, proposedEnd));
    return isClash ? { ...region, kind: 'conflict' as const } : region;
  });
}

function definitionsIn(lines: Lines): readonly Definition[] {
  // Most texts have none, and need no outline.
  if (!Buffer.from(lines.bytes.buffer, lines.bytes.byteOffset, lines.bytes.byteLength).includes(']:')) return [];
  return outlineOf(lines).flatMap(({ kind }, line) => {
    if (kind !== 'text') return [];
    const text = Buffer.from(bytesOfLines(lines, line, line + 1)).toString('latin1');
    const [, name = '', what = ''] = DEFINITION.exec(text) ?? [];
    return name === '' ? [] : [{ line, name: name.trim().replace(/\s+/g, ' ').toLowerCase(), what }];
  });
}
