// A change as lines: a sign, a colour and the words that differ. What is long is folded, and opened on demand.
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { type DiffLine, diffLines, linesOf, type Mark } from './diff.ts';
import { HiddenBadge, Revealed } from './plain.tsx';

const SIGNS: { readonly [mark in Mark]: string } = { same: ' ', added: '+', removed: '−' };
const WORDS: { readonly [mark in Mark]: string } = { same: '', added: 'added: ', removed: 'removed: ' };

/** Lines that are shown at first. */
const FIRST = 60;

function Line({ line: { mark, runs } }: { readonly line: DiffLine }): JSX.Element {
  return (
    <div class={`line ${mark}`}>
      <span class="sign" aria-hidden="true">
        {SIGNS[mark]}
      </span>
      <span class="unseen">{WORDS[mark]}</span>
      <span class="line-text">
        {runs.map(({ mark: own, text }, index) =>
          own === 'same' || runs.length === 1 ? (
            <Revealed key={index} text={text} />
          ) : (
            <mark key={index}>
              <Revealed text={text} />
            </mark>
          ),
        )}
        {'\n'}
      </span>
    </div>
  );
}

interface LinesProps {
  readonly lines: readonly DiffLine[];
  readonly label: string;
  /** Nothing is marked in them: no room is kept for signs. */
  readonly plain?: boolean;
}

function Lines({ lines, label, plain = false }: LinesProps): JSX.Element {
  const [all, setAll] = useState(false);
  const shown = all ? lines : lines.slice(0, FIRST);
  return (
    <div class={plain ? 'code plain' : 'code'} role="group" aria-label={label} tabIndex={0}>
      {shown.map((line, index) => (
        <Line key={index} line={line} />
      ))}
      {shown.length < lines.length && (
        <button type="button" class="link more" onClick={() => setAll(true)}>
          {lines.length - shown.length} more lines
        </button>
      )}
    </div>
  );
}

/** From one text to another. `label` is what a screen reader calls it. */
export function Diff({
  before,
  after,
  label,
}: {
  readonly before: string;
  readonly after: string;
  readonly label: string;
}): JSX.Element {
  const lines = useMemo(() => diffLines(before, after), [before, after]);
  return (
    <>
      <HiddenBadge text={after} />
      <Lines lines={lines} label={label} />
    </>
  );
}

/** A text as it is, in lines. */
export function Code({ text, label }: { readonly text: string; readonly label: string }): JSX.Element {
  const lines = useMemo(
    () => linesOf(text).map((line) => ({ mark: 'same' as const, runs: [{ mark: 'same' as const, text: line }] })),
    [text],
  );
  return (
    <>
      <HiddenBadge text={text} />
      <Lines lines={lines} label={label} plain />
    </>
  );
}
