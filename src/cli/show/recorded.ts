// Kept decisions for people: what stands in the place from now on, and who decided so.
import { ago, plural } from '../../core/phrases.ts';
import type { Offer, OfferedDecision, RecordedChoice, RecordedDecision } from '../../core/recorded.ts';
import { type Colors, table } from '../shell/console.ts';
import { cleanLine, cleanName, textOf } from '../shell/text.ts';

const SIDE_NAMES = { base: 'base', current: 'A current', proposed: 'B proposed' } as const;
/** Characters of a decision's text in one line. */
const GIST = 40;

/** One line: the side, or the beginning of the text. */
export function gistOf(choice: RecordedChoice): string {
  if (!('content' in choice)) return SIDE_NAMES[choice.use];
  const text = textOf(choice.content);
  if (text === undefined) return plural(choice.content.length, 'byte');
  if (text === '') return '(nothing)';
  const lines = text.replace(/\n$/, '').split('\n');
  const first = cleanLine(lines[0] ?? '');
  const cut = [...first].length > GIST ? `${[...first].slice(0, GIST).join('')} …` : first;
  return lines.length === 1 ? cut : `${cut} … (${plural(lines.length, 'line')})`;
}

export function recordedTable(items: readonly RecordedDecision[], colors: Colors, now: number): string {
  return table(
    ['ID', 'RESOURCE', 'BY', 'AGE', 'DECISION', 'REASON'],
    items.map((one) => [
      cleanName(one.id),
      cleanName(one.resource),
      cleanName(one.agent),
      ago(one.at, now),
      gistOf(one.choice),
      cleanName(one.reason ?? ''),
    ]),
    colors,
  );
}

/** What was decided before, place by place, in the order of the clashes. */
export function offerLines(
  { complete, decisions }: Offer,
  places: readonly { readonly id: string }[],
  now: number,
): readonly string[] {
  const all = complete ? 'for all of it' : `for ${decisions.length} of ${places.length} places`;
  const numbers = new Map(places.map(({ id }, index) => [id, index + 1]));
  return [`Decided before, ${all}:`, ...decisions.map((each) => `  ${offerLine(each, numbers.get(each.region), now)}`)];
}

function offerLine({ decision, elsewhere }: OfferedDecision, number: number | undefined, now: number): string {
  const { choice, agent, at, resource, reason } = decision;
  const where = elsewhere === true ? `${cleanName(resource)}, at another place` : cleanName(resource);
  const why = reason === undefined ? '' : `: ${cleanName(reason)}`;
  return `clash ${number ?? '?'}: ${gistOf(choice)}, by ${cleanName(agent)} on ${where}, ${ago(at, now)}${why}`;
}
