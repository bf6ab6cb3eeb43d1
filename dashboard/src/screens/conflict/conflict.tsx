// The screen of one conflict: reads it, reads it again when its resource moves, and says what there is to say of one that is
// decided or may not be seen. To look at a conflict changes nothing.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { readConflict } from '../../api/conflicts.ts';
import type { ConflictView } from '../../api/types.ts';
import type { LiveEvent } from '../../live/live.ts';
import { useLoaded } from '../../parts/loaded.ts';
import { Plain } from '../../parts/plain.tsx';
import { Trouble } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';
import { Agent } from '../../parts/who.tsx';
import { hrefOf } from '../../shell/routes.ts';
import type { ScreenProps } from '../../shell/screens.ts';
import { Deciding } from './deciding.tsx';
import { dropDraft } from './drafts.ts';

const WORDS: { readonly [decision: string]: string } = {
  current: 'A stands',
  proposed: 'B was taken',
  base: 'it went back to the base',
  both: 'both are kept',
  recorded: 'as was decided before',
  content: 'with a text of the decision’s own',
  abort: 'closed without a change',
};

function Decided({ view: { conflict, sentence } }: { readonly view: ConflictView }): JSX.Element {
  const { id, resolution, resource } = conflict;
  useEffect(() => dropDraft(id), [id]);
  return (
    <div class="screen">
      <p class="crumbs">
        <a href={hrefOf('queue')}>Queue</a>
      </p>
      <h1>
        <Plain text={sentence} />
      </h1>
      <div class="card decided">
        <h2>This conflict is decided</h2>
        {resolution !== undefined && (
          <p>
            {WORDS[resolution.decision] ?? resolution.decision}, by <Agent name={resolution.agent} />{' '}
            <Time at={resolution.at} />
            {resolution.reason !== undefined && (
              <>
                : <Plain text={resolution.reason} />
              </>
            )}
          </p>
        )}
        <p>
          <a href={hrefOf('resources', resource)}>
            Look at <Plain text={resource} />
          </a>{' '}
          or go on with the <a href={hrefOf('queue')}>queue</a>.
        </p>
      </div>
    </div>
  );
}

/** The conflict itself, and every write of its resource. */
function concerns(event: LiveEvent, id: string, resource: string | undefined): boolean {
  if (event.type === 'reset') return true;
  const { conflictId, changes } = event.item;
  return conflictId === id || changes.some((head) => head.resource === resource) || changes.length === 0;
}

export function ConflictScreen({ of: id }: ScreenProps): JSX.Element {
  const [resource, setResource] = useState<string | undefined>(undefined);
  const { value, fault, reload } = useLoaded(
    id,
    async (signal) => {
      const view = await readConflict(id, signal);
      setResource(view.conflict.resource);
      return view;
    },
    (event) => concerns(event, id, resource),
  );
  if (value === undefined) {
    return (
      <div class="screen">
        <p class="crumbs">
          <a href={hrefOf('queue')}>Queue</a>
        </p>
        <div class="screen-head">
          <h1>Conflict</h1>
        </div>
        {fault === undefined ? <p class="quiet">Loading …</p> : <Trouble fault={fault} retry={reload} />}
      </div>
    );
  }
  if (value.conflict.state === 'resolved') return <Decided view={value} />;
  return <Deciding view={value} reload={reload} />;
}
