// What clashed, in one sentence; whose the sides are, what they were for and when; and whether the resource moved since.
import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { claimConflict, releaseConflict } from '../../api/conflicts.ts';
import { wordsOf } from '../../api/fault.ts';
import { session } from '../../api/session.ts';
import type { ConflictView, Side } from '../../api/types.ts';
import { canAct } from '../../live/live.ts';
import { clashOf } from '../../parts/clash.ts';
import { Plain } from '../../parts/plain.tsx';
import { now, Time } from '../../parts/time.tsx';
import { Agent, type Letter, SideLetter } from '../../parts/who.tsx';
import { hrefOf } from '../../shell/routes.ts';
import { toast } from '../../shell/toasts.tsx';

/** Taking a conflict tells others that somebody is at it; it locks nothing. */
function Claim({ view: { conflict } }: { readonly view: ConflictView }): JSX.Element | null {
  const claim = conflict.claim !== undefined && conflict.claim.until > now.value ? conflict.claim : undefined;
  const own = claim?.agent === session.value?.name;
  const act = async (call: Promise<unknown>): Promise<void> => {
    await call.catch((error: unknown) => toast({ kind: 'bad', text: wordsOf(error) }));
  };
  if (claim !== undefined && !own) {
    return (
      <span class="badge warn">
        taken by&nbsp;
        <Plain text={claim.agent} />
      </span>
    );
  }
  return (
    <button
      type="button"
      class="small"
      disabled={!canAct.value}
      aria-pressed={own}
      onClick={() => act(own ? releaseConflict(conflict.id) : claimConflict(conflict.id))}
    >
      {own ? 'Yours: give it back' : 'Take it'}
    </button>
  );
}

function SideCard({
  letter,
  side,
  note,
  children,
}: {
  readonly letter: Letter;
  readonly side: Side;
  readonly note: string | undefined;
  readonly children?: ComponentChildren;
}): JSX.Element {
  return (
    <div class={`side-card side-${letter.toLowerCase()}`}>
      <p>
        <SideLetter of={letter} /> <Agent name={side.agent} />{' '}
        <span class="quiet">
          {side.version !== undefined && side.version > 0
            ? `saved v${side.version}`
            : letter === 'A'
              ? 'has it'
              : 'wants to save'}
          {side.deleted && ', a deletion'} {side.at !== undefined && <Time at={side.at} />}
        </span>
      </p>
      {note === undefined ? (
        <p class="quiet">No reason was given.</p>
      ) : (
        <p>
          <q>
            <Plain text={note} />
          </q>
        </p>
      )}
      {children}
    </div>
  );
}

function Between({ view: { between } }: { readonly view: ConflictView }): JSX.Element | null {
  const [open, setOpen] = useState(false);
  if (between.length < 2) return null;
  return (
    <details open={open} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{between.length} changes since the base</summary>
      <ul>
        {between.map(({ agent, version, note, at }) => (
          <li key={version}>
            v{version} <Agent name={agent} /> <Time at={at} /> {note !== undefined && <Plain text={note} />}
          </li>
        ))}
      </ul>
    </details>
  );
}

export function ConflictHeader({ view, open }: { readonly view: ConflictView; readonly open: number }): JSX.Element {
  const { conflict, sentence, notes, regions } = view;
  const count = regions.length;
  return (
    <header class="conflict-head">
      <p class="crumbs">
        <a href={hrefOf('queue')}>Queue</a> <span aria-hidden="true">/</span>{' '}
        <a href={hrefOf('resources', conflict.resource)}>
          <Plain text={conflict.resource} />
        </a>
      </p>
      <div class="screen-head">
        <h1>
          <Plain text={sentence} />
        </h1>
        <Claim view={view} />
      </div>
      <p class="quiet number">
        Opened <Time at={conflict.openedAt} />
        {view.form !== 'whole' && ` · ${count - open} of ${count} decided`}
        {' · '}
        <Plain text={clashOf(conflict)} />
      </p>
      <div class="side-cards">
        <SideCard letter="A" side={conflict.current} note={notes.current}>
          <Between view={view} />
        </SideCard>
        <SideCard letter="B" side={conflict.proposed} note={notes.proposed} />
      </div>
    </header>
  );
}

export interface MovedBarProps {
  readonly view: ConflictView;
  /** Why a decision came back. */
  readonly back: string | undefined;
  readonly ready: boolean;
  readonly onAgain: () => void;
}

function MovedBy({ moved: { head, between } }: { readonly moved: NonNullable<ConflictView['moved']> }): JSX.Element {
  const note = between.at(-1)?.note;
  return (
    <p>
      <strong>{head.deleted ? 'The resource was deleted' : `The resource moved to v${head.version}`}</strong> since:{' '}
      <Agent name={head.agent} /> <Time at={head.at} />
      {note !== undefined && (
        <>
          {' '}
          <q>
            <Plain text={note} />
          </q>
        </>
      )}
      . Your decision is merged with it, or comes back; it never goes over it.
    </p>
  );
}

export function MovedBar({ view: { moved, conflict }, back, ready, onAgain }: MovedBarProps): JSX.Element | null {
  if (moved === undefined && back === undefined) return null;
  return (
    <div class="moved" role="status">
      <div>
        {back !== undefined && (
          <p>
            <strong>Your decision came back: nothing was overwritten.</strong> <Plain text={back} />. What you chose is
            still here; look at the places that changed.
          </p>
        )}
        {moved !== undefined && <MovedBy moved={moved} />}
        {moved === undefined && conflict.current.version !== undefined && (
          <p class="quiet">A is now v{conflict.current.version}.</p>
        )}
      </div>
      <button type="button" disabled={!ready || !canAct.value} onClick={onAgain}>
        Re-apply my decision
      </button>
    </div>
  );
}
