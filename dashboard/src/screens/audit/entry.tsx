// One entry of the log: as a row, and in full.
import type { JSX, RefObject } from 'preact';
import { useEffect } from 'preact/hooks';
import type { LogEntry } from '../../api/log.ts';
import { OutcomeMark } from '../../parts/outcome.tsx';
import { Plain } from '../../parts/plain.tsx';
import { recordWords } from '../../parts/record.ts';
import { Time } from '../../parts/time.tsx';
import { Agent } from '../../parts/who.tsx';
import { hrefOf } from '../../shell/routes.ts';
import type { LogWindow } from './log-window.ts';

function subjectOf({ heads, guards, meta }: LogEntry): string {
  const [first, ...others] = heads.length > 0 ? heads : guards;
  if (first === undefined) return recordWords(meta.reason);
  return others.length === 0 ? first.resource : `${first.resource} and ${others.length} more`;
}

export interface EntryRowProps {
  readonly revision: number;
  readonly log: LogWindow;
  readonly onOpen: (revision: number) => void;
}

export function EntryRow({ revision, log, onOpen }: EntryRowProps): JSX.Element {
  const entry = log.entry(revision);
  const missing = entry === undefined;
  // What comes into sight is fetched; what was only flown over is gone again by then.
  useEffect(() => {
    if (!missing) return undefined;
    const timer = setTimeout(() => log.want(revision), 30);
    return () => clearTimeout(timer);
  }, [log, revision, missing]);
  if (entry === undefined || entry === null) {
    return (
      <p class="log-row quiet">
        <span class="log-revision">{revision}</span>
        <span>{entry === null ? 'Not for this key.' : '…'}</span>
      </p>
    );
  }
  const { agent, at, meta } = entry;
  return (
    <button type="button" class="log-row" onClick={() => onOpen(revision)}>
      <span class="log-revision">{revision}</span>
      <OutcomeMark outcome={meta.outcome} />
      <span class="log-subject">
        <Plain text={subjectOf(entry)} />
      </span>
      <span class="log-by">
        <Agent name={agent} /> · <Time at={at} />
        {meta.note === undefined ? null : (
          <>
            {' · '}
            <Plain text={meta.note} />
          </>
        )}
      </span>
    </button>
  );
}

function Line({ name, children }: { readonly name: string; readonly children: JSX.Element | string }): JSX.Element {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

export interface EntryDetailsProps {
  readonly entry: LogEntry;
  readonly place: RefObject<HTMLElement>;
  readonly onClose: () => void;
}

export function EntryDetails({ entry, place, onClose }: EntryDetailsProps): JSX.Element {
  const { revision, agent, at, commitId, heads, guards, meta } = entry;
  return (
    <section class="card entry-details" ref={place} tabIndex={-1} aria-labelledby="entry-title">
      <header class="card-head">
        <h2 id="entry-title">Revision {revision}</h2>
        <button type="button" onClick={onClose}>
          Close
        </button>
      </header>
      <dl>
        <Line name="Outcome">
          <OutcomeMark outcome={meta.outcome} />
        </Line>
        <Line name="Agent">
          <Agent name={agent} />
        </Line>
        {meta.principal === undefined ? null : (
          <Line name="Behind it">
            <Plain text={meta.principal} />
          </Line>
        )}
        <Line name="Time">
          <Time at={at} />
        </Line>
        {meta.note === undefined ? null : (
          <Line name="Why">
            <Plain text={meta.note} />
          </Line>
        )}
        {meta.reason === undefined ? null : (
          <Line name="Reason">
            <Plain text={meta.reason} />
          </Line>
        )}
        {meta.strategy === undefined ? null : <Line name="Strategy">{meta.strategy}</Line>}
        {meta.conflictId === undefined ? null : (
          <Line name="Conflict">
            <a href={hrefOf('conflicts', meta.conflictId)}>{meta.conflictId}</a>
          </Line>
        )}
        <Line name="Commit">
          <code>{commitId}</code>
        </Line>
      </dl>
      <h3>Wrote</h3>
      {heads.length === 0 ? <p>No resource.</p> : null}
      <ul>
        {heads.map(({ resource, version, deleted, hash }) => (
          <li key={resource}>
            <a href={hrefOf('resources', resource)}>
              <Plain text={resource} />
            </a>{' '}
            v{version}
            {deleted ? ', deleted' : ''} <code class="hash">{hash.slice(0, 12)}</code>
          </li>
        ))}
      </ul>
      <h3>Compared</h3>
      {guards.length === 0 ? <p>Nothing: it needed nothing to be as it was.</p> : null}
      <ul>
        {guards.map((guard) => (
          <li key={guard.resource}>
            <Plain text={guard.resource} /> was {guard.revision === 0 ? 'absent' : `at revision ${guard.revision}`}
          </li>
        ))}
      </ul>
    </section>
  );
}
