// An open conflict: what clashed, the places, the result, and the decision.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { wordsOf } from '../../api/fault.ts';
import type { ConflictView, Decision, Use } from '../../api/types.ts';
import { canAct } from '../../live/live.ts';
import { announce } from '../../shell/announce.ts';
import { useKeys } from '../../shell/keys.ts';
import { go } from '../../shell/routes.ts';
import { conflictView } from '../../shell/settings.ts';
import { runNewestAction, toast } from '../../shell/toasts.tsx';
import { type Desk, placeWords, useDesk } from './desk.ts';
import { dropDraft, saveDraft } from './drafts.ts';
import { FinishBar, hintOf } from './finish.tsx';
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
  /** A decision is under way. */
  readonly busy: boolean;
  readonly setBusy: (busy: boolean) => void;
}

/** Brings the place that keys act on into sight. */
function useInSight(desk: Desk): void {
  const [first, setFirst] = useState(true);
  useEffect(() => {
    if (first) setFirst(false);
    else document.querySelector(`[data-place="${desk.at}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [desk.at]);
}

/** False where the browser has no room for it. */
function keepDraft({ view: { conflict }, choices, edited, earlier, result, reason }: Desk): boolean {
  // A text from before the resource moved stays one: it is of no revision that is there to come back to.
  const old = !edited && earlier !== undefined;
  const of = { id: conflict.id, revision: old ? 0 : conflict.revision };
  return saveDraft(of, choices, edited ? result : earlier, reason);
}

/**
 * Who goes to another screen, closes the window or is logged out while deciding loses nothing of it: it is kept as a draft.
 * The answer is called when it is decided, and nothing is left to be kept.
 */
function useKeptAtTheEnd(desk: Desk): () => void {
  const latest = useRef(desk);
  latest.current = desk;
  const decided = useRef(false);
  useEffect(() => {
    const keep = (): void => {
      if (decided.current) return;
      if (latest.current.touched) keepDraft(latest.current);
      else dropDraft(latest.current.view.conflict.id);
    };
    addEventListener('pagehide', keep);
    return () => {
      removeEventListener('pagehide', keep);
      keep();
    };
  }, []);
  return () => {
    decided.current = true;
  };
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

export function Deciding({ view, reload, busy, setBusy }: DecidingProps): JSX.Element {
  const desk = useDesk(view);
  const [back, setBack] = useState<string | undefined>(undefined);
  const { conflict, regions, form } = view;
  useInSight(desk);
  useEffect(() => announce(`${view.sentence} ${placeWords(view, 0)}`.trim()), [conflict.id]);
  const settled = useKeptAtTheEnd(desk);

  const resolve = async (use?: Use): Promise<void> => {
    const decision = use === undefined ? decisionOf(desk) : { use };
    if (busy) return;
    // The button is off then, and says so beside it; a key has only this answer.
    if (!canAct.value || decision === undefined) {
      return toast({ text: `Not resolved: ${hintOf({ desk, ready: decision !== undefined })}` });
    }
    setBusy(true);
    try {
      const came = await decide(conflict, decision, desk.reason);
      if (came.to === 'done') {
        settled();
        return go('queue');
      }
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
    const kept = keepDraft(desk);
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
