// The audit: every commit of the space, any place of it at once, with what it compared, wrote and came to; the check of
// the whole; and the log as a file.
import './audit.css';
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { download } from '../../api/bytes.ts';
import { isFault } from '../../api/fault.ts';
import { exportLog, type LogReach, readLog, readLogReach } from '../../api/log.ts';
import { session } from '../../api/session.ts';
import { useLoaded } from '../../parts/loaded.ts';
import { Rows } from '../../parts/rows.tsx';
import { Trouble } from '../../parts/states.tsx';
import { Check } from './check.tsx';
import { EntryDetails, EntryRow } from './entry.tsx';
import { createLogWindow, type LogWindow } from './log-window.ts';

const ROW_HEIGHT = 56;

function useWindow(reach: LogReach | undefined, onFault: (error: unknown) => void): LogWindow | undefined {
  const [, redraw] = useState(0);
  const log = useMemo(
    () => reach && createLogWindow({ reach, load: readLog, onChange: () => redraw((count) => count + 1), onFault }),
    [reach],
  );
  useEffect(() => () => log?.close(), [log]);
  return log;
}

interface ExportProps {
  /** The key may not read the log. */
  readonly refused: boolean;
  readonly onFault: (error: unknown) => void;
}

function Export({ refused, onFault }: ExportProps): JSX.Element {
  const [busy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    setBusy(true);
    onFault(undefined);
    try {
      download(`${session.value?.space ?? 'log'}-audit.csv`, await exportLog());
    } catch (error) {
      onFault(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <button type="button" disabled={busy || refused} onClick={() => void save()}>
      {busy ? 'Writing it down …' : 'Export as CSV'}
    </button>
  );
}

/** Revisions from the newest to the oldest that is kept. */
function revisionsOf(reach: LogReach | undefined): readonly number[] {
  if (reach === undefined) return [];
  const { revision, trimmed } = reach;
  return Array.from({ length: Math.max(0, revision - trimmed) }, (_, index) => revision - index);
}

export function AuditScreen(): JSX.Element {
  const { value: reach, fault: unread, reload } = useLoaded(session.value?.space ?? '', readLogReach);
  const [fault, setFault] = useState<unknown>();
  const [chosen, setChosen] = useState<number>();
  const details = useRef<HTMLElement>(null);
  const log = useWindow(reach, setFault);
  const revisions = useMemo(() => revisionsOf(reach), [reach]);
  useEffect(() => {
    if (chosen !== undefined) details.current?.focus();
  }, [chosen]);
  const entry = chosen === undefined ? undefined : log?.entry(chosen);
  const shown = unread ?? fault;
  const refused = isFault(unread, 'forbidden');
  return (
    <div class="screen">
      <header class="screen-head">
        <h1>Audit</h1>
        <p class="quiet">
          {reach === undefined
            ? unread === undefined && 'Looking how far the log reaches …'
            : `${revisions.length.toLocaleString()} entries, the newest first.`}
          {(reach?.trimmed ?? 0) > 0 ? ` Entries up to revision ${reach?.trimmed} are gone.` : ''}
        </p>
        <div class="row">
          <button type="button" onClick={reload}>
            Look again
          </button>
          <Export refused={refused} onFault={setFault} />
        </div>
      </header>
      {shown !== undefined && <Trouble fault={shown} />}
      <Check refused={refused} />
      {entry !== undefined && entry !== null && (
        <EntryDetails entry={entry} place={details} onClose={() => setChosen(undefined)} />
      )}
      {log !== undefined && (
        <Rows
          items={revisions}
          keyOf={String}
          height={ROW_HEIGHT}
          label="Entries of the log"
          render={(revision) => <EntryRow revision={revision} log={log} onOpen={setChosen} />}
        />
      )}
    </div>
  );
}
