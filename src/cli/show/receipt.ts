// A receipt for people: the parties first, then region by region what is there, why, and the text, as in a diff.
import { plural } from '../../core/phrases.ts';
import type { RegionAt } from '../../core/region.ts';
import type { Console } from '../shell/console.ts';
import { cleanLine, cleanName, textOf } from '../shell/text.ts';
import { type ExplainedRegion, type Explanation, nameOf } from './explain.ts';

/** Lines of what nobody changed that are shown at each end of a run. */
const SHOWN = 2;

export function explanationJson({ head, regions, ...rest }: Explanation): object {
  const { resource, version, revision, agent, at } = head;
  const items = regions.map(({ text, ...region }) => ({ ...region, ...(text === undefined ? {} : textJson(text)) }));
  return { resource, version, revision, agent, at, ...rest, regions: items };
}

function textJson(bytes: Uint8Array): { readonly text: string; readonly encoding?: 'base64' } {
  const text = textOf(bytes);
  return text === undefined ? { text: Buffer.from(bytes).toString('base64'), encoding: 'base64' } : { text };
}

export function explanationLines(explanation: Explanation, { out }: Console): readonly string[] {
  const { head, engine, strategy, base, current, proposed, recorded = [], notes = [], regions } = explanation;
  const by = strategy === undefined ? '' : `, ${cleanName(strategy)}`;
  return [
    `${cleanName(head.resource)} v${head.version}: merged by ${engine}${by}`,
    `  base      ${base === undefined ? 'not known' : base === 0 ? 'nothing' : `v${base}`}`,
    ...current.map((author) => `  current   ${nameOf(author)}`),
    `  proposed  ${nameOf(proposed)}`,
    ...recorded.map(
      ({ id, agent, conflictId, at }) =>
        `  recorded  ${whereIs(at)}: decided before by ${cleanName(agent)} (${cleanName(id)}, conflict ${cleanName(conflictId)})`,
    ),
    ...notes.map(({ message }) => `  note      ${cleanName(message)}`),
    '',
    ...regions.flatMap((region) => [`${placeOf(region)}: ${region.why}`, ...textLines(region).map(paint)]),
  ];

  function paint(line: string): string {
    if (line.startsWith('  + ')) return out.green(line);
    return line.startsWith('  - ') ? out.red(line) : out.dim(line);
  }
}

/** Where a clash lay: in current's lines, or in the structure. */
function whereIs(at: RegionAt): string {
  if ('pointer' in at) return cleanName(at.pointer);
  const { start, end } = at.lines.current;
  if (end <= start) return `after line ${start} of current`;
  return end - start === 1 ? `line ${end} of current` : `lines ${start + 1} to ${end} of current`;
}

/** Line numbers from 1, as editors count; what was removed is counted in the base. */
function placeOf({ action, base, result, from, pointer }: ExplainedRegion): string {
  if (pointer !== undefined) return pointer === '' ? 'document' : cleanName(pointer);
  const [start, end] = (action === 'removed' ? base : action === 'dropped' ? from : result) ?? [0, 0];
  const where = action === 'removed' ? ' of the base' : action === 'dropped' ? ' of that side' : '';
  return end - start === 1 ? `line ${start + 1}${where}` : `lines ${start + 1} to ${end}${where}`;
}

function textLines({ action, text }: ExplainedRegion): readonly string[] {
  if (text === undefined) return [];
  const mark = action === 'removed' || action === 'dropped' ? '-' : action === 'kept' ? ' ' : '+';
  const lines = Buffer.from(text).toString('utf8').replace(/\n$/, '').split('\n');
  const marked = lines.map((line) => `  ${mark} ${cleanLine(line)}`);
  if (action !== 'kept' || lines.length <= 2 * SHOWN + 1) return marked;
  const hidden = plural(lines.length - 2 * SHOWN, 'line');
  return [...marked.slice(0, SHOWN), `    … ${hidden} …`, ...marked.slice(-SHOWN)];
}
