// The screen of one conflict: reads it, reads it again when its resource moves, and says what there is to say of one that is
// decided or may not be seen. To look at a conflict changes nothing.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { readConflict } from '../../api/conflicts.ts';
import type { ConflictView } from '../../api/types.ts';
import type { LiveEvent } from '../../live/live.ts';
import { CopyBlock } from '../../parts/copy.tsx';
import { useLoaded } from '../../parts/loaded.ts';
import { Plain } from '../../parts/plain.tsx';
import { Trouble } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';
import { Agent } from '../../parts/who.tsx';
import { announce } from '../../shell/announce.ts';
import { hrefOf } from '../../shell/routes.ts';
import type { ScreenProps } from '../../shell/screens.ts';
import { Deciding } from './deciding.tsx';
import { dropDraft, savedDraft } from './drafts.ts';

const WORDS: { readonly [decision: string]: string } = {
  current: 'A stands',
  proposed: 'B was taken',
  base: 'it went back to the base',
  both: 'both are kept',
  recorded: 'as was decided before',
  content: 'with a text of the decision’s own',
  abort: 'closed without a change',
};

/** What the viewer had edited by hand when the conflict was decided without it: nobody else has it. */
function Unused({ text, onDrop }: { readonly text: string; readonly onDrop: () => void }): JSX.Element {
  return (
    <section class="card" aria-labelledby="unused-title">
      <h2 id="unused-title">Your text was not saved</h2>
      <p>The conflict was decided before you resolved it. What you edited is kept in this browser until you drop it:</p>
      <CopyBlock label="Your text" text={text} />
      <button type="button" class="link" onClick={onDrop}>
        Drop it
      </button>
    </section>
  );
}

/** A draft has nothing left to decide, so that it goes; a text in it stays until its author has seen it. */
function useUnused(id: string): readonly [text: string | undefined, drop: () => void] {
  const [text, setText] = useState<string | undefined>(undefined);
  const drop = (): void => {
    dropDraft(id);
    setText(undefined);
  };
  // In an effect: by then the desk that was shown until now has put down what was on it.
  useEffect(() => {
    const edited = savedDraft(id)?.edited;
    if (edited === undefined) return drop();
    setText(edited);
    announce('This conflict was decided meanwhile. Your text was not saved: it is still here.');
  }, [id]);
  return [text, drop];
}

function Decided({ view: { conflict, sentence } }: { readonly view: ConflictView }): JSX.Element {
  const { id, resolution, resource } = conflict;
  const [unused, drop] = useUnused(id);
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
      {unused !== undefined && <Unused text={unused} onDrop={drop} />}
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
  const [busy, setBusy] = useState(false);
  const open = useRef<ConflictView | undefined>(undefined);
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
  if (value.conflict.state === 'open') open.current = value;
  // While the viewer's own decision is under way, the feed may tell of it sooner than its answer comes: that is no other's.
  const view = busy && open.current?.conflict.id === id ? open.current : value;
  if (view.conflict.state === 'resolved') return <Decided view={view} />;
  return <Deciding view={view} reload={reload} busy={busy} setBusy={setBusy} />;
}
