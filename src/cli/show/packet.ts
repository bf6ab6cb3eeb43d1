// The repair packet for a reader: what clashes, who changed it and why. Stored text is shown as data, line by line.
import type { Packet } from '../../core/outcome.ts';
import { ago, plural } from '../../core/phrases.ts';
import type { MergeConflict, Range } from '../../core/region.ts';
import { cleanLine, cleanName, textOf } from '../shell/text.ts';
import { offerLines } from './recorded.ts';

const MAX_LINES = 40;

function place(region: MergeConflict): string {
  if ('pointer' in region.at) return region.at.pointer === '' ? 'the whole document' : cleanLine(region.at.pointer);
  const { current, base } = region.at.lines;
  return `${span(current, 'now')}, ${span(base, 'as you read it')}`;
}

function span(range: Range, label: string): string {
  const { start, end } = range;
  if (end <= start) return `after line ${start} ${label}`;
  return end === start + 1 ? `line ${end} ${label}` : `lines ${start + 1}-${end} ${label}`;
}

function sideLines(mark: string, name: string, bytes: Uint8Array | undefined): readonly string[] {
  if (bytes === undefined) return [`  ${mark} ${name}: (absent)`];
  const text = textOf(bytes);
  if (text === undefined) return [`  ${mark} ${name}: (${plural(bytes.length, 'byte')}, not text)`];
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (lines.length === 0) return [`  ${mark} ${name}: (nothing)`];
  const shown = lines.slice(0, MAX_LINES).map((line) => `  ${mark} | ${cleanLine(line.replace(/\r$/, ''))}`);
  const rest = lines.length - shown.length;
  return [`  ${mark} ${name}:`, ...shown, ...(rest > 0 ? [`  ${mark} | … ${plural(rest, 'more line')}`] : [])];
}

function regionLines(region: MergeConflict, index: number, own: string, told: string): readonly string[] {
  const isTold = region.reason === undefined || told.includes(region.reason);
  const reason = isTold ? '' : ` (${cleanLine(region.reason)})`;
  return [
    `clash ${index + 1}: ${region.kind}${reason}, ${place(region)}`,
    ...sideLines(' ', 'base', region.base),
    ...sideLines('A', 'current', region.current),
    ...sideLines('B', own, region.proposed),
  ];
}

/** Who moved the resource since it was read. */
export function betweenLines(packet: Packet, now: number): readonly string[] {
  return packet.between.map(({ agent, version, note, at }) => {
    const why = note === undefined ? '' : `: ${cleanName(note)}`;
    return `  v${version} by ${cleanName(agent)}, ${ago(at, now)}${why}`;
  });
}

/** `own`: what the proposed side is called; `told`: the reason of all, which is not said again for each. */
export function clashLines(regions: readonly MergeConflict[], own: string, told: string): readonly string[] {
  return regions.flatMap((region, index) => regionLines(region, index, own, told));
}

export function packetLines(packet: Packet, now: number): readonly string[] {
  const { expected, actual, regions, cleanRegions } = packet;
  const there =
    actual === undefined ? 'nothing' : actual.deleted ? `v${actual.version}, deleted` : `v${actual.version}`;
  const between = betweenLines(packet, now);
  return [
    `You read v${expected.version}; now there is ${there}. ${cleanName(packet.reason)}`,
    ...(between.length === 0 ? [] : ['Changed meanwhile:', ...between]),
    ...(cleanRegions > 0 ? [`${plural(cleanRegions, 'region')} would merge without a clash.`] : []),
    ...clashLines(regions, 'yours', packet.reason),
    ...(packet.offer === undefined ? [] : offerLines(packet.offer, regions, now)),
  ];
}
