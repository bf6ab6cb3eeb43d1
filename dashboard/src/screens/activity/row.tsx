// One thing that happened, in two lines.
import type { JSX } from 'preact';
import type { FeedCommit } from '../../api/types.ts';
import { OutcomeMark } from '../../parts/outcome.tsx';
import { Plain } from '../../parts/plain.tsx';
import { Time } from '../../parts/time.tsx';
import { Agent } from '../../parts/who.tsx';
import { hrefOf } from '../../shell/routes.ts';

function Subject({ item }: { readonly item: FeedCommit }): JSX.Element {
  const { changes, conflictId } = item;
  const [first, ...others] = changes;
  if (first !== undefined) {
    return (
      <>
        <a href={hrefOf('resources', first.resource)}>
          <Plain text={first.resource} />
        </a>{' '}
        <span class="quiet">
          v{first.version}
          {first.deleted ? ', deleted' : ''}
          {others.length === 0 ? '' : ` and ${others.length} more`}
        </span>
      </>
    );
  }
  if (conflictId !== undefined) return <a href={hrefOf('conflicts', conflictId)}>a conflict</a>;
  return <span class="quiet">a record of the space</span>;
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
