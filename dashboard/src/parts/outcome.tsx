// What a commit came to, in a word with its sign: the colour only adds to it.
import type { JSX } from 'preact';

interface Look {
  readonly word: string;
  readonly sign: string;
  readonly kind: 'good' | 'warn' | 'bad' | 'plain';
}

const LOOKS: { readonly [outcome: string]: Look } = {
  committed: { word: 'committed', sign: '●', kind: 'plain' },
  merged: { word: 'merged', sign: '⇉', kind: 'good' },
  escalated: { word: 'conflict', sign: '⚑', kind: 'warn' },
  split: { word: 'kept both', sign: '⑂', kind: 'warn' },
  aborted: { word: 'aborted', sign: '✕', kind: 'bad' },
  unchanged: { word: 'unchanged', sign: '=', kind: 'plain' },
  recorded: { word: 'record', sign: '▪', kind: 'plain' },
};

/** The outcomes that the log knows, for a filter. */
export const OUTCOMES: readonly { readonly outcome: string; readonly word: string }[] = Object.entries(LOOKS).map(
  ([outcome, { word }]) => ({ outcome, word }),
);

export function OutcomeMark({ outcome }: { readonly outcome: string }): JSX.Element {
  const { word, sign, kind } = LOOKS[outcome] ?? { word: outcome, sign: '?', kind: 'plain' };
  return (
    <span class={`outcome outcome-${kind}`}>
      <span aria-hidden="true">{sign}</span> {word}
    </span>
  );
}
