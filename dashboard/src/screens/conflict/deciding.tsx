// An open conflict: what clashed, the places, the result, and the decision.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { wordsOf } from '../../api/fault.ts';
import { session } from '../../api/session.ts';
import type { ConflictView, Decision, Use } from '../../api/types.ts';
import { canAct } from '../../live/live.ts';
import { useKeys } from '../../shell/keys.ts';
import { go } from '../../shell/routes.ts';
import { conflictView } from '../../shell/settings.ts';
import { runNewestAction, toast } from '../../shell/toasts.tsx';
import { type Desk, useDesk } from './desk.ts';
import { saveDraft } from './drafts.ts';
import { FinishBar } from './finish.tsx';
import { ConflictHeader, MovedBar } from './header.tsx';
import { MergedPlaces } from './merged.tsx';
import { Place } from './place.tsx';
import { Proposals, proposalText } from './proposals.tsx';
import { decide } from './resolve.ts';
import { ResultPane } from './result.tsx';
import { WholeSides } from './sides.tsx';
import { WholeChoice } from './whole.tsx';

export interface DecidingProps {
  readonly view: ConflictView;
  readonly reload: () => void;
}

/** Brings the place that keys act on into sight. */
function useInSight(desk: Desk): void {
  const [first, setFirst] = useState(true);
  useEffect(() => {
    if (first) setFirst(false);
    else document.querySelector(`[data-place="${desk.at}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [desk.at]);
}

/** A session that ends while somebody decides takes nothing of it away: it is kept as a draft. */
function useKeptAtTheEnd(desk: Desk): void {
  const latest = useRef(desk);
  latest.current = desk;
  useEffect(
    () => () => {
      const { view, choices, edited, result, reason } = latest.current;
      const touched = edited || choices.places.size > 0 || choices.reverted.size > 0;
      if (session.peek() === undefined && touched)
        saveDraft(view.conflict, choices, edited ? result : undefined, reason);
    },
    [],
  );
}

/** What the desk comes to: the text of the result, or a whole side where there are no texts to put together. */
function decisionOf(desk: Desk): Decision | undefined {
  const { result, view, edited, open } = desk;
  if (view.form === 'whole') return edited && result !== undefined ? { content: result } : undefined;
  return result !== undefined && (edited || open === 0) ? { content: result } : undefined;
}

function usePlaceKeys(desk: Desk, takeProposal: () => void, resolve: (use?: Use) => void): void {
  const { view } = desk;
  const take = (use: Use) => (): void => {
    if (view.form === 'whole') void resolve(use);
    else desk.choose(use);
  };
  const whole = view.form === 'whole' ? ' and resolve' : '';
  useKeys('Conflict', [
    { key: 'n', does: 'Next place', run: () => desk.goTo(desk.at + 1) },
    { key: 'p', does: 'Place before', run: () => desk.goTo(desk.at - 1) },
    { key: '1', does: `Take A${whole}`, run: take('current') },
    { key: '2', does: `Take B${whole}`, run: take('proposed') },
    { key: '3', does: `Take both${whole}`, run: take('both') },
    { key: '4', does: 'Take the proposal', run: takeProposal },
    { key: 'b', does: `Take the base${whole}`, run: take('base') },
    { key: 'v', does: 'Cards or three columns', run: toggleView },
    { key: 'e', does: 'Edit the result', run: focusResult },
    { key: 'u', does: 'Take the last step back', run: () => void (desk.back() || runNewestAction()) },
    { key: 'mod+Enter', does: 'Resolve', run: () => resolve() },
  ]);
}

function toggleView(): void {
  conflictView.value = conflictView.value === 'inline' ? 'three-way' : 'inline';
}

function focusResult(): void {
  const host = document.querySelector('[data-editor="Result"]');
  const field =
    host?.shadowRoot?.querySelector<HTMLElement>('.cm-content') ??
    document.querySelector<HTMLElement>('textarea[aria-label="Result"]');
  field?.focus();
  field?.scrollIntoView({ block: 'center' });
}

export function Deciding({ view, reload }: DecidingProps): JSX.Element {
  const desk = useDesk(view);
  const [busy, setBusy] = useState(false);
  const [back, setBack] = useState<string | undefined>(undefined);
  const { conflict, regions, form } = view;
  useInSight(desk);
  useKeptAtTheEnd(desk);

  const resolve = async (use?: Use): Promise<void> => {
    const decision = use === undefined ? decisionOf(desk) : { use };
    if (busy || !canAct.value || decision === undefined) return;
    setBusy(true);
    try {
      const came = await decide(conflict, decision, desk.reason);
      if (came.to === 'done') return go('queue');
      setBack(came.why);
      reload();
    } catch (error) {
      toast({ kind: 'bad', text: `Not resolved: ${wordsOf(error)}` });
    } finally {
      setBusy(false);
    }
  };
  const takeProposal = (): void => {
    if (regions[desk.at]?.recorded !== undefined) {
      desk.choose('recorded');
      return;
    }
    const text = proposalText(
      view,
      conflict.proposals?.findLast(({ decline }) => decline !== true),
    );
    if (text !== undefined) desk.edit(text);
    else toast({ text: 'Nobody has proposed a text here.' });
  };
  const save = (): void => {
    const kept = saveDraft(conflict, desk.choices, desk.edited ? desk.result : undefined, desk.reason);
    toast(
      kept
        ? { kind: 'good', text: 'Draft saved in this browser. Nothing is decided by it.' }
        : { kind: 'bad', text: 'The browser has no room for the draft.' },
    );
  };
  usePlaceKeys(desk, takeProposal, (use) => void resolve(use));
  return (
    <div class="screen conflict">
      <ConflictHeader view={view} open={desk.open} />
      <MovedBar view={view} back={back} ready={decisionOf(desk) !== undefined} onAgain={() => void resolve()} />
      <Proposals view={view} onTake={(text) => desk.edit(text)} onUse={(use) => void resolve(use)} />
      {form === 'whole' ? (
        <WholeChoice view={view} busy={busy} onUse={(use) => void resolve(use)} />
      ) : (
        <section aria-label="Places that clash">
          {regions.map((region, index) => (
            <Place key={region.id} desk={desk} region={region} index={index} />
          ))}
        </section>
      )}
      <MergedPlaces desk={desk} />
      <WholeSides view={view} />
      <ResultPane desk={desk} />
      <FinishBar
        desk={desk}
        busy={busy}
        ready={decisionOf(desk) !== undefined}
        onSave={save}
        onResolve={() => void resolve()}
      />
    </div>
  );
}
