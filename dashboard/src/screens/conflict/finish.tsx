// The end of a decision: why, save the draft, resolve. It stays at the foot of the window.
import type { JSX } from 'preact';
import { canAct } from '../../live/live.ts';
import type { Desk } from './desk.ts';

export interface FinishProps {
  readonly desk: Desk;
  readonly busy: boolean;
  /** There is something to resolve with. */
  readonly ready: boolean;
  readonly onSave: () => void;
  readonly onResolve: () => void;
}

/** What resolving would do, or what is missing for it. */
export function hintOf({ desk: { view, open, edited }, ready }: Pick<FinishProps, 'desk' | 'ready'>): string {
  if (!canAct.value) return 'Disconnected: actions are off.';
  if (view.form === 'whole') return ready ? 'Saves the text of the result.' : 'Choose a side above.';
  if (edited) return 'Saves the result as you edited it.';
  if (open === 0) return 'All places are decided.';
  return open === 1 ? '1 place is open.' : `${open} places are open.`;
}

export function FinishBar(props: FinishProps): JSX.Element {
  const { desk, busy, ready, onSave, onResolve } = props;
  return (
    <form
      class="finish"
      onSubmit={(event) => {
        event.preventDefault();
        onResolve();
      }}
    >
      <label class="grow">
        <span class="unseen">Reason</span>
        <input
          name="reason"
          maxLength={2000}
          placeholder="Why (kept with the decision)"
          value={desk.reason}
          onInput={({ currentTarget }) => desk.setReason(currentTarget.value)}
        />
      </label>
      <span class="quiet finish-hint" role="status">
        {hintOf(props)}
      </span>
      <button type="button" onClick={onSave}>
        Save draft
      </button>
      <button
        type="submit"
        class="primary"
        disabled={!ready || busy || !canAct.value}
        aria-keyshortcuts="Control+Enter"
      >
        {busy ? 'Resolving …' : 'Resolve'}
      </button>
    </form>
  );
}
