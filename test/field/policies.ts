// The policies of the field cases, by name, so that an agent in another process has the same.
import { lastWriterWins } from '../../src/strategies/last-writer-wins.ts';
import { merge } from '../../src/strategies/merge.ts';
import type { Strategy } from '../../src/strategies/types.ts';

const labels = { arrays: { '/labels': 'set' } } as const;

/** A rule that no merge can know: of all states of an item, one at a time. */
function oneState(merged: Uint8Array): true | string {
  const { labels: found } = JSON.parse(new TextDecoder().decode(merged)) as { readonly labels: readonly string[] };
  const states = found.filter((label) => label.startsWith('state:'));
  return states.length <= 1 ? true : `at most one state, not ${states.join(' and ')}`;
}

export type PolicyName = 'text' | 'neighbours' | 'append' | 'json' | 'entries' | 'oneState' | 'oneStateLast' | 'last';

export const policies: { readonly [name in PolicyName]: Strategy } = {
  text: merge('text'),
  neighbours: merge('text', { options: { adjacent: 'merge' } }),
  append: merge('append'),
  json: merge('json'),
  entries: merge('json', { options: { arrays: { '/e': 'set' } } }),
  oneState: merge('json', { options: labels, validate: oneState }),
  oneStateLast: merge('json', { options: labels, validate: oneState, otherwise: lastWriterWins() }),
  last: lastWriterWins(),
};
