// One thing that happened, in two lines.
import type { JSX } from 'preact';
import type { FeedCommit } from '../../api/types.ts';
import { OutcomeMark } from '../../parts/outcome.tsx';
import { Plain } from '../../parts/plain.tsx';
import { conflictIn, recordWords } from '../../parts/record.ts';
import { Time } from '../../parts/time.tsx';
import { Agent } from '../../parts/who.tsx';
import { hrefOf } from '../../shell/routes.ts';

function ResourceLink({ of }: { readonly of: string }): JSX.Element {
  return (
    <a href={hrefOf('resources', of)}>
      <Plain text={of} />
    </a>
  );
}

/** What wrote no resource: a conflict, or a record of the space. */
function Unwritten({ item: { about, conflictId, reason } }: { readonly item: FeedCommit }): JSX.Element {
  const named = conflictId ?? conflictIn(reason);
  const words = conflictId === undefined ? recordWords(reason) : 'a conflict';
  return (
    <>
      {named === undefined ? (
        <span class="quiet">
          <Plain text={words} />
        </span>
      ) : (
        <a href={hrefOf('conflicts', named)}>
          <Plain text={words} />
        </a>
      )}
      {about !== undefined && (
        <>
          {' of '}
          <ResourceLink of={about} />
        </>
      )}
    </>
  );
}

function Subject({ item }: { readonly item: FeedCommit }): JSX.Element {
  const [first, ...others] = item.changes;
  if (first === undefined) return <Unwritten item={item} />;
  return (
    <>
      <ResourceLink of={first.resource} />{' '}
      <span class="quiet">
        v{first.version}
        {first.deleted ? ', deleted' : ''}
        {others.length === 0 ? '' : ` and ${others.length} more`}
      </span>
    </>
  );
}

export function ActivityRow({ item }: { readonly item: FeedCommit }): JSX.Element {
  const { agent, at, outcome, note, conflictId, changes } = item;
  return (
    <div class="activity-row">
      <OutcomeMark outcome={outcome} />
      <span class="activity-what">
        <Subject item={item} />
        {conflictId !== undefined && changes.length > 0 && (
          <>
            {' · '}
            <a href={hrefOf('conflicts', conflictId)}>conflict</a>
          </>
        )}
      </span>
      <span class="activity-by">
        <Agent name={agent} /> · <Time at={at} />
        {note !== undefined && (
          <>
            {' · '}
            <Plain text={note} />
          </>
        )}
      </span>
    </div>
  );
}
