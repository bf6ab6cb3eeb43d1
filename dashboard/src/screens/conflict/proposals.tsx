// What judges proposed: a card of its own, with the reason. One that declined says that a person is needed.
import type { JSX } from 'preact';
import { textOf } from '../../api/bytes.ts';
import type { ConflictView, Proposal, Use } from '../../api/types.ts';
import { canAct } from '../../live/live.ts';
import { Diff } from '../../parts/diff.tsx';
import { Plain } from '../../parts/plain.tsx';
import { Time } from '../../parts/time.tsx';
import { Agent } from '../../parts/who.tsx';

/** The text that a proposal comes to; undefined where it is none. */
export function proposalText(view: ConflictView, proposal: Proposal | undefined): string | undefined {
  if (proposal === undefined || proposal.decline === true) return undefined;
  const { content, encoding, use } = proposal;
  if (content !== undefined) return textOf({ content, ...(encoding === undefined ? {} : { encoding }) });
  if (use === 'base' || use === 'current' || use === 'proposed') {
    const side = view.conflict[use];
    return side?.content === undefined ? undefined : textOf(side as { readonly content: string });
  }
  return undefined;
}

const USES: { readonly [use: string]: string } = {
  current: 'A as a whole',
  proposed: 'B as a whole',
  base: 'the base',
  both: 'both, each as a resource of its own',
  recorded: 'as was decided before',
};

interface OneProps {
  readonly view: ConflictView;
  readonly proposal: Proposal;
  readonly onTake: (text: string) => void;
  readonly onUse: (use: Use) => void;
}

function One({ view, proposal, onTake, onUse }: OneProps): JSX.Element {
  const { agent, at, reason, decline, use, abort } = proposal;
  const text = proposalText(view, proposal);
  const start = textOf(view.start);
  return (
    <article class={decline === true ? 'card proposal declined' : 'card proposal'}>
      <div class="place-head">
        <h2>
          {decline === true ? 'Needs you' : 'Proposal'} <span class="quiet">by</span> <Agent name={agent} />{' '}
          <span class="quiet">
            <Time at={at} />
          </span>
        </h2>
        {decline === true && <span class="badge warn">declined</span>}
      </div>
      <p>
        <Plain text={reason} />
      </p>
      {use !== undefined && <p class="quiet">Proposes {USES[use] ?? use}.</p>}
      {abort === true && <p class="quiet">Proposes to close it without a change.</p>}
      {text !== undefined && start !== undefined && (
        <details>
          <summary>What it would change, from A merged with what does not clash</summary>
          <Diff before={start} after={text} label="What the proposal would change" />
        </details>
      )}
      {text !== undefined ? (
        <button type="button" onClick={() => onTake(text)}>
          Put it into the result{' '}
          <span class="kbd" aria-hidden="true">
            4
          </span>
        </button>
      ) : (
        use !== undefined &&
        use !== 'recorded' && (
          <button type="button" disabled={!canAct.value} onClick={() => onUse(use)}>
            Resolve as proposed
          </button>
        )
      )}
    </article>
  );
}

export function Proposals({ view, onTake, onUse }: Omit<OneProps, 'proposal'>): JSX.Element | null {
  const { proposals = [] } = view.conflict;
  if (proposals.length === 0) return null;
  return (
    <section class="proposals" aria-label="Proposals">
      {proposals.map((proposal, index) => (
        <One key={index} view={view} proposal={proposal} onTake={onTake} onUse={onUse} />
      ))}
    </section>
  );
}
