// The queue with nothing in it: what went well, or in a new store what to do first.
import type { JSX } from 'preact';
import { DemoCard } from '../../parts/demo.tsx';
import { Empty } from '../../parts/states.tsx';
import { hrefOf } from '../../shell/routes.ts';

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

export interface Today {
  /** Commits since the space began. */
  readonly everything: number;
  readonly commits: number;
  readonly merged: number;
  /** Changes that were kept beside each other. */
  readonly split: number;
}

/** Copies pile up unseen where nobody is told of them. */
export function KeptBoth({ count }: { readonly count: number }): JSX.Element | null {
  if (count === 0) return null;
  return (
    <>
      {' · '}
      <a href={hrefOf('activity', '', { outcome: 'split' })}>{count} kept both today</a>
    </>
  );
}

export function EmptyQueue({ today }: { readonly today: Today | undefined }): JSX.Element {
  if (today?.everything === 0) {
    return (
      <div class="fresh">
        <Empty title="Nothing has happened here yet">
          <p>
            Agents read, work and commit; where two changes clash and no rule decides, the conflict waits here for you.
          </p>
          <p class="row">
            <a class="button" href={hrefOf('connect')}>
              Connect your own agent
            </a>
          </p>
        </Empty>
        <DemoCard empty />
      </div>
    );
  }
  return (
    <Empty title="No conflicts">
      {today !== undefined && (
        <p class="number">
          {counted(today.commits, 'commit', 'commits')} today, {today.merged} merged automatically.
          <KeptBoth count={today.split} />
        </p>
      )}
      <p class="quiet">
        What clashes and cannot be merged will wait here. <a href={hrefOf('connect')}>Connect another agent</a>
      </p>
    </Empty>
  );
}
