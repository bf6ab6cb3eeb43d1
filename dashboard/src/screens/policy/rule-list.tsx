// The rules as rows that can be written, moved by buttons (nobody has to drag) and taken out.
import type { JSX } from 'preact';
import { type Draft, moved, type RuleRow, STRATEGIES, withRow } from './rules.ts';

interface RowProps {
  readonly row: RuleRow;
  readonly place: number;
  readonly last: boolean;
  readonly onEdit: (row: RuleRow) => void;
  readonly onMove: (by: -1 | 1) => void;
  readonly onRemove: () => void;
}

function Row({ row, place, last, onEdit, onMove, onRemove }: RowProps): JSX.Element {
  const number = place + 1;
  return (
    <li class="rule">
      <span class="number quiet" aria-hidden="true">
        {number}
      </span>
      <input
        aria-label={`Rule ${number}: pattern`}
        placeholder="notes/**"
        spellcheck={false}
        value={row.pattern}
        onInput={({ currentTarget }) => onEdit({ ...row, pattern: currentTarget.value })}
      />
      <span aria-hidden="true">→</span>
      <input
        aria-label={`Rule ${number}: strategy`}
        list="strategies"
        spellcheck={false}
        value={row.strategy}
        onInput={({ currentTarget }) => onEdit({ ...row, strategy: currentTarget.value })}
      />
      <span class="row rule-tools">
        <button
          type="button"
          class="icon"
          aria-label={`Rule ${number} up`}
          disabled={place === 0}
          onClick={() => onMove(-1)}
        >
          ↑
        </button>
        <button type="button" class="icon" aria-label={`Rule ${number} down`} disabled={last} onClick={() => onMove(1)}>
          ↓
        </button>
        <button type="button" class="icon" aria-label={`Take rule ${number} out`} onClick={onRemove}>
          ×
        </button>
      </span>
    </li>
  );
}

export function RuleList({
  draft,
  onChange,
}: {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
}): JSX.Element {
  const { rows, fallback } = draft;
  const set = (next: readonly RuleRow[]): void => onChange({ rows: next, fallback });
  return (
    <>
      <datalist id="strategies">
        {STRATEGIES.map(({ text, gives }) => (
          <option key={text} value={text}>
            {gives}
          </option>
        ))}
      </datalist>
      {rows.length === 0 && <p>No rule: the default decides everywhere.</p>}
      <ol class="rules">
        {rows.map((row, place) => (
          <Row
            key={row.key}
            row={row}
            place={place}
            last={place === rows.length - 1}
            onEdit={(next) => set(rows.map((one) => (one.key === next.key ? next : one)))}
            onMove={(by) => set(moved(rows, place, by))}
            onRemove={() => set(rows.filter((one) => one !== row))}
          />
        ))}
      </ol>
      <label class="rule rule-default">
        <span>Else</span>
        <input
          list="strategies"
          spellcheck={false}
          placeholder="firstWriterWins"
          value={fallback}
          onInput={({ currentTarget }) => onChange({ rows, fallback: currentTarget.value })}
        />
      </label>
      <p>
        <button type="button" onClick={() => set(withRow(rows))}>
          Add a rule
        </button>
      </p>
      <details>
        <summary>What the strategies do</summary>
        <dl class="strategies">
          {STRATEGIES.map(({ text, gives }) => (
            <div key={text}>
              <dt>
                <code>{text}</code>
              </dt>
              <dd>{gives}</dd>
            </div>
          ))}
        </dl>
      </details>
    </>
  );
}
