// An open conflict for people and as JSON: what clashed, whose the sides are, and what to type.
import { ago, plural } from '../../core/phrases.ts';
import type { Conflict, StoredSide } from '../../core/resolution.ts';
import type { Colors } from '../shell/console.ts';
import { table } from '../shell/console.ts';
import { cleanName } from '../shell/text.ts';

export const SIDES = ['base', 'current', 'proposed'] as const;
export type SideName = (typeof SIDES)[number];

function sideText(side: StoredSide | undefined): string {
  if (side === undefined || (side.deleted && (side.version ?? 0) === 0)) return 'absent';
  const by = side.agent === undefined ? '' : ` by ${cleanName(side.agent)}`;
  const what = side.deleted ? 'deleted' : side.size === undefined ? 'hash only' : plural(side.size, 'byte');
  return `${side.version === undefined ? '' : `v${side.version}, `}${what}${by}`;
}

export function conflictTable(items: readonly Conflict[], colors: Colors, now: number): string {
  return table(
    ['N', 'RESOURCE', 'STATE', 'CURRENT', 'PROPOSED', 'AGE', 'WHY'],
    items.map((one) => [
      String(one.number),
      cleanName(one.resource),
      one.state,
      cleanName(one.current.agent ?? '-'),
      cleanName(one.proposed.agent ?? '-'),
      ago(one.openedAt, now),
      `${cleanName(one.reason)}${one.offer?.complete === true ? ' (decided before)' : ''}`,
    ]),
    colors,
  );
}

export function conflictHead(conflict: Conflict, now: number): readonly string[] {
  const { number, id, resource, state, reason, strategy, note, resolution } = conflict;
  return [
    `conflict ${number} (${cleanName(id)}) on ${cleanName(resource)}: ${state}, ${ago(conflict.openedAt, now)}`,
    `why: ${cleanName(reason)} (strategy ${cleanName(strategy)})`,
    ...(note === undefined ? [] : [`note of the proposal: ${cleanName(note)}`]),
    `  base      ${sideText(conflict.base)}`,
    `  A current  ${sideText(conflict.current)}`,
    `  B proposed ${sideText(conflict.proposed)}`,
    ...(resolution === undefined
      ? []
      : [
          `decided: ${resolution.decision} by ${cleanName(resolution.agent)}, ${ago(resolution.at, now)}${resolution.reason === undefined ? '' : `: ${cleanName(resolution.reason)}`}`,
        ]),
  ];
}

export function decisionSteps(conflict: Conflict): readonly string[] {
  if (conflict.state === 'resolved') return [];
  return [
    ...(conflict.offer?.complete === true ? [`entente resolve ${conflict.number} --use recorded`] : []),
    `entente resolve ${conflict.number} --use current|proposed|both|base`,
    `entente conflicts take ${conflict.number}`,
  ];
}
