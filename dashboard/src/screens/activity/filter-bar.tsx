// What of the activity is shown.
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { OUTCOMES } from '../../parts/outcome.tsx';
import { useKeys } from '../../shell/keys.ts';
import { ANY, type Filter, isAny } from './backlog.ts';

export function FilterBar({
  filter,
  onChange,
}: {
  readonly filter: Filter;
  readonly onChange: (filter: Filter) => void;
}): JSX.Element {
  const first = useRef<HTMLInputElement>(null);
  useKeys('Filter', [{ key: '/', does: 'Filter', run: () => first.current?.focus() }]);
  return (
    <search class="activity-filter">
      <input
        ref={first}
        type="search"
        aria-label="Resource contains"
        placeholder="resource …"
        value={filter.resource}
        onInput={({ currentTarget }) => onChange({ ...filter, resource: currentTarget.value })}
      />
      <input
        type="search"
        aria-label="Agent contains"
        placeholder="agent …"
        value={filter.agent}
        onInput={({ currentTarget }) => onChange({ ...filter, agent: currentTarget.value })}
      />
      <select
        aria-label="Outcome"
        value={filter.outcome}
        onChange={({ currentTarget }) => onChange({ ...filter, outcome: currentTarget.value })}
      >
        <option value="">every outcome</option>
        {OUTCOMES.map(({ outcome, word }) => (
          <option key={outcome} value={outcome}>
            {word}
          </option>
        ))}
      </select>
      {isAny(filter) ? null : (
        <button type="button" class="link" onClick={() => onChange(ANY)}>
          Show all
        </button>
      )}
    </search>
  );
}
