// One conflict in the queue.
import type { JSX } from 'preact';
import type { QueueItem } from '../../api/types.ts';
import { clashOf } from '../../parts/clash.ts';
import { Plain } from '../../parts/plain.tsx';
import { now, spanOf, Time } from '../../parts/time.tsx';
import { Agent, SideLetter } from '../../parts/who.tsx';
import { hrefOf } from '../../shell/routes.ts';

export interface RowProps {
  readonly item: QueueItem;
  /** Somebody has decided it meanwhile. */
  readonly gone: boolean;
  readonly blocking: number;
  readonly active: boolean;
  readonly onFocus: () => void;
}

function Badges({ item, gone, blocking }: RowProps): JSX.Element {
  const { claim, proposalCount = 0, declined, moved, offer } = item;
  if (gone) return <span class="badge">decided meanwhile</span>;
  return (
    <>
      {claim !== undefined && claim.until > now.value && (
        <span class="badge">
          taken by&nbsp;
          <Plain text={claim.agent} />
        </span>
      )}
      {declined === true && <span class="badge warn">needs you</span>}
      {proposalCount > 0 && declined !== true && <span class="badge good">proposal</span>}
      {offer?.complete === true && <span class="badge good">decided before</span>}
      {moved === true && <span class="badge">moved since</span>}
      {blocking > 0 && <span class="badge bad">{blocking} waiting</span>}
    </>
  );
}

export function QueueRow(props: RowProps): JSX.Element {
  const { item, gone, active, onFocus } = props;
  const { id, resource, current, proposed, openedAt, note } = item;
  return (
    <article class={`queue-row${gone ? ' gone' : ''}${active ? ' active' : ''}`}>
      <p class="queue-age number" title={new Date(openedAt).toLocaleString()}>
        <span aria-hidden="true">{spanOf(Math.max(0, now.value - openedAt))}</span>
        <span class="unseen">
          <Time at={openedAt} />
        </span>
      </p>
      <div class="queue-what">
        <a href={hrefOf('conflicts', id)} data-conflict={id} onFocus={onFocus}>
          <Plain text={resource} />
        </a>
        <p class="quiet">
          <SideLetter of="A" /> <Agent name={current.agent} /> <SideLetter of="B" /> <Agent name={proposed.agent} />
          <span class="queue-clash">
            {clashOf(item)}
            {note !== undefined && (
              <>
                {' · '}
                <q>
                  <Plain text={note} />
                </q>
              </>
            )}
          </span>
        </p>
      </div>
      <p class="queue-badges">
        <Badges {...props} />
      </p>
    </article>
  );
}
