// A conflict without places: binary, very large, deleted against edited, a base that is no longer kept. A side is chosen as
// a whole, or looked at first as a file.
import type { JSX } from 'preact';
import { download, sizeOf, textOf } from '../../api/bytes.ts';
import { sideContent } from '../../api/conflicts.ts';
import { wordsOf } from '../../api/fault.ts';
import type { ConflictView, Side, SideName, Use } from '../../api/types.ts';
import { canAct } from '../../live/live.ts';
import { Code, Diff } from '../../parts/diff.tsx';
import { Agent, SideLetter } from '../../parts/who.tsx';
import { toast } from '../../shell/toasts.tsx';

const WHY: { readonly [why: string]: string } = {
  binary: 'These are no texts, so that there is nothing to merge: choose a side, or look at them as files first.',
  deleted: 'One side deleted what the other one changed: choose whether it stays.',
  'too-large': 'The sides are too large to be merged and shown here: choose one, or look at them as files first.',
  'no-content': 'The contents are not stored here, only their hashes: choose a side.',
  'base-gone':
    'The version that both began with is no longer kept, so that nobody can tell who changed what: choose a side, or write the result.',
  'both-added': 'Both made it anew, so that there is no base to go by: choose a side, keep both, or write the result.',
  budget: 'The merge would have taken too long: choose a side, or write the result.',
  unreadable: 'One of the sides cannot be read as what its name says: choose a side, or write the result.',
  other: 'There are no places to choose in: choose a side, or write the result.',
};

interface SideProps {
  readonly view: ConflictView;
  readonly name: 'current' | 'proposed';
  readonly busy: boolean;
  readonly onUse: (use: Use) => void;
}

async function fetchSide(view: ConflictView, side: SideName): Promise<void> {
  try {
    const { resource, id } = view.conflict;
    download(
      `${side === 'base' ? 'base' : side === 'current' ? 'A' : 'B'}-${resource.split('/').at(-1) ?? ''}`,
      await sideContent(id, side),
    );
  } catch (error) {
    toast({ kind: 'bad', text: wordsOf(error) });
  }
}

function textOfSide(side: Side | undefined): string | undefined {
  if (side?.content === undefined || side.encoding === 'base64') return undefined;
  return textOf({ content: side.content, ...(side.encoding === undefined ? {} : { encoding: side.encoding }) });
}

function describe(side: Side): string {
  if (side.deleted) return 'deletes it';
  return side.size === undefined ? 'only its hash is kept' : sizeOf(side.size);
}

function SideChoice({ view, name, busy, onUse }: SideProps): JSX.Element {
  const side = view.conflict[name];
  const letter = name === 'current' ? 'A' : 'B';
  const text = textOfSide(side);
  const { base, current } = view.conflict;
  // Where both made it anew, or the base is gone, what differs between them is all there is to compare.
  const from = textOfSide(base) ?? (name === 'proposed' && !current.deleted ? textOfSide(current) : undefined);
  return (
    <article class={`card place-side side-${letter.toLowerCase()}`}>
      <h2>
        <SideLetter of={letter} /> <Agent name={side.agent} /> <span class="quiet">{describe(side)}</span>
      </h2>
      {text !== undefined &&
        (from === undefined ? (
          <Code text={text} label={`All of ${letter}`} />
        ) : (
          <Diff before={from} after={text} label={`What ${letter} changed`} />
        ))}
      <div class="row">
        <button type="button" disabled={busy || !canAct.value} onClick={() => onUse(name)}>
          {side.deleted ? 'Delete it' : `Keep ${letter}`}{' '}
          <span class="kbd" aria-hidden="true">
            {letter === 'A' ? 1 : 2}
          </span>
        </button>
        {!side.deleted && side.size !== undefined && (
          <button type="button" class="link" onClick={() => fetchSide(view, name)}>
            Download
          </button>
        )}
      </div>
    </article>
  );
}

export function WholeChoice({ view, busy, onUse }: Omit<SideProps, 'name'>): JSX.Element {
  const { base, current, proposed } = view.conflict;
  const off = busy || !canAct.value;
  return (
    <section aria-label="Choose a side">
      <p>{WHY[view.why ?? 'other'] ?? WHY['other']}</p>
      <div class="place-sides">
        <SideChoice view={view} name="current" busy={busy} onUse={onUse} />
        <SideChoice view={view} name="proposed" busy={busy} onUse={onUse} />
      </div>
      <div class="row">
        {!current.deleted && !proposed.deleted && (
          <button type="button" disabled={off} onClick={() => onUse('both')}>
            Keep both, B as a resource of its own{' '}
            <span class="kbd" aria-hidden="true">
              3
            </span>
          </button>
        )}
        {base !== undefined && view.why !== 'base-gone' && (
          <button type="button" disabled={off} onClick={() => onUse('base')}>
            Go back to the base{base.version === undefined ? '' : ` (v${base.version})`}{' '}
            <span class="kbd" aria-hidden="true">
              b
            </span>
          </button>
        )}
      </div>
    </section>
  );
}
