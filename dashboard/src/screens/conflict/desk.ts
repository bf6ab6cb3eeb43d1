// The state of somebody who decides a conflict: choices, the text they make, what was edited by hand, and the way back.
// A conflict that is read again because its resource moved keeps all of it that still fits.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { textOf } from '../../api/bytes.ts';
import { composeConflict } from '../../api/conflicts.ts';
import { wordsOf } from '../../api/fault.ts';
import type { ConflictView, Use } from '../../api/types.ts';
import { announce } from '../../shell/announce.ts';
import { toast } from '../../shell/toasts.tsx';
import {
  type Choices,
  choose,
  fitting,
  isJoined,
  joined,
  NONE,
  nextOpen,
  openOf,
  revert,
  wireChoices,
} from './choices.ts';
import { type SavedDraft, savedDraft } from './drafts.ts';

export interface Desk {
  readonly view: ConflictView;
  readonly choices: Choices;
  /** The index of the place that keys act on. */
  readonly at: number;
  /** The text of the result; undefined where there is none to show (binary, too large) or it is on its way. */
  readonly result: string | undefined;
  /** It was changed by hand: from then on choices do not touch it. */
  readonly edited: boolean;
  readonly reason: string;
  /** Whether anything was chosen, edited or written on it: what there is to lose. */
  readonly touched: boolean;
  /** How many places are not decided. */
  readonly open: number;
  goTo(index: number): void;
  /** Of the place that keys act on, or of the one that is named. */
  choose(use: Use | 'recorded', index?: number): void;
  toggleMerged(part: number): void;
  /** Puts a text in the place of the result, as if it was typed. */
  edit(text: string): void;
  setReason(text: string): void;
  /** Takes the last step back; false where there is none. */
  back(): boolean;
  /**
   * What was edited by hand on the conflict as it was before its resource moved. It knows nothing of what came since, so that
   * it is no result until somebody says so.
   */
  readonly earlier: string | undefined;
  dropEarlier(): void;
  /** Forgets what was edited by hand: the result is what the choices make. */
  fromChoices(): void;
}

interface Step {
  readonly choices: Choices;
  readonly edited: string | undefined;
}

const USES: { readonly [use in Use | 'recorded']: string } = {
  current: 'A is taken',
  proposed: 'B is taken',
  both: 'Both are taken, A first',
  base: 'The base is taken',
  recorded: 'Taken as it was decided before',
};

/** Where one is, for who does not see it. */
export function placeWords(view: ConflictView, at: number): string {
  const region = view.regions[at];
  const agents = [view.conflict.current.agent, view.conflict.proposed.agent].filter((name) => name !== undefined);
  return region === undefined
    ? ''
    : `Conflict ${at + 1} of ${view.regions.length}, ${region.where}, ${agents.join(' and ')}`;
}

/** What the editor begins with where there are no places: A's text, if it is one. */
function wholeText(view: ConflictView): string | undefined {
  const { content, encoding } = view.conflict.current;
  return textOf(view.start) ?? (content === undefined || encoding === 'base64' ? undefined : textOf({ content }));
}

/** The result that the server puts together, where that is not done here; undefined while it is on its way. */
function useComposed(view: ConflictView, choices: Choices, onFault: (why: string) => void): string | undefined {
  const [made, setMade] = useState<{ readonly of: Choices; readonly text: string | undefined } | undefined>(undefined);
  const own = !isJoined(view) && choices.places.size > 0 && view.form !== 'whole';
  useEffect(() => {
    if (!own) return;
    const asked = new AbortController();
    composeConflict(view.conflict.id, wireChoices(choices), asked.signal).then(
      (composed) => setMade({ of: choices, text: textOf(composed) }),
      (error: unknown) => {
        if (!asked.signal.aborted) onFault(wordsOf(error));
      },
    );
    return () => asked.abort();
  }, [view, choices, own]);
  if (!own) return textOf(view.start);
  return made?.of === choices ? made.text : undefined;
}

/** What one begins with: nothing, or what of a draft still fits. */
function firstStep(view: ConflictView, saved: SavedDraft | undefined): Step {
  if (saved === undefined) return { choices: NONE, edited: undefined };
  const { places, reverted, edited, revision } = saved;
  const same = revision === view.conflict.revision;
  const choices = fitting({ places: new Map(places), reverted: new Set() }, view);
  return same ? { choices: { ...choices, reverted: new Set(reverted) }, edited } : { choices, edited: undefined };
}

export function useDesk(view: ConflictView): Desk {
  const saved = useMemo(() => savedDraft(view.conflict.id), [view.conflict.id]);
  const [{ choices, edited }, setStep] = useState<Step>(() => firstStep(view, saved));
  const [earlier, setEarlier] = useState(saved?.revision === view.conflict.revision ? undefined : saved?.edited);
  const [at, setAt] = useState(0);
  const [reason, setReason] = useState(saved?.reason ?? '');
  const steps = useRef<Step[]>([]);
  const seen = useRef(view);
  // Read again: the places that are still the same keep what was chosen.
  if (seen.current !== view) {
    if (seen.current.conflict.revision !== view.conflict.revision) {
      steps.current = [];
      setStep({ choices: fitting(choices, view), edited: undefined });
      if (edited !== undefined) setEarlier(edited);
    }
    seen.current = view;
  }
  const composed = useComposed(view, choices, (why) => {
    toast({ kind: 'bad', text: `That cannot be chosen here: ${why}` });
    const before = steps.current.pop();
    setStep(before ?? { choices: NONE, edited });
  });
  const own = useMemo(() => (isJoined(view) ? joined(view, choices) : undefined), [view, choices]);
  const made = own ?? (view.form === 'whole' ? wholeText(view) : composed);
  const step = (next: Step): void => {
    steps.current.push({ choices, edited });
    setStep(next);
  };
  const open = openOf(view, choices).length;
  const chosen = choices.places.size > 0 || choices.reverted.size > 0;
  return {
    touched: chosen || edited !== undefined || earlier !== undefined || reason.trim() !== '',
    ...{ view, choices, at, reason, open, earlier, setReason },
    dropEarlier: () => setEarlier(undefined),
    result: edited ?? made,
    edited: edited !== undefined,
    goTo(index) {
      const next = Math.max(0, Math.min(view.regions.length - 1, index));
      setAt(next);
      announce(placeWords(view, next));
    },
    choose(use, index = at) {
      const region = view.regions[index];
      if (region === undefined) return;
      const next = choose(choices, region.id, use);
      step({ choices: next, edited });
      const left = openOf(view, next).length;
      const after = nextOpen(view, next, index);
      const rest = left === 0 ? 'All places are decided: resolve, or look at the result.' : `${left} open.`;
      announce(`${USES[use]}. ${rest}${after === index ? '' : ` ${placeWords(view, after)}`}`);
      setAt(after);
    },
    toggleMerged: (part) => step({ choices: revert(choices, part), edited }),
    edit: (text) => {
      // One step for a stretch of typing: the editor has a history of its own.
      if (edited === undefined) steps.current.push({ choices, edited });
      setStep({ choices, edited: text });
    },
    back() {
      const before = steps.current.pop();
      if (before === undefined) return false;
      setStep(before);
      announce('Taken back.');
      return true;
    },
    fromChoices: () => step({ choices, edited: undefined }),
  };
}
