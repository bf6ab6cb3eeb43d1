// Drafts of a decision: kept in this browser until the conflict is decided, and a text that was not used for it
// until its author drops it. A draft decides nothing, and nobody else sees it.
import { effect } from '@preact/signals';
import { session } from '../../api/session.ts';
import type { Conflict, Use } from '../../api/types.ts';
import type { Choices } from './choices.ts';

export interface SavedDraft {
  readonly places: readonly (readonly [region: string, use: Use | 'recorded'])[];
  readonly reverted: readonly number[];
  /** The result as it was edited by hand. */
  readonly edited?: string;
  readonly reason: string;
  readonly at: number;
  /** The conflict's revision that it was made on. */
  readonly revision: number;
}

/** Also while the session has just ended: what is kept then is of the space that it was for. */
let space = '';
effect(() => {
  space = session.value?.space ?? space;
});

const placeOf = (id: string): string => `entente.draft.${space}.${id}`;

/** False where the browser has no room for it. */
export function saveDraft(
  { id, revision }: Pick<Conflict, 'id' | 'revision'>,
  choices: Choices,
  edited: string | undefined,
  reason: string,
): boolean {
  const draft: SavedDraft = {
    ...{ places: [...choices.places], reverted: [...choices.reverted], reason, revision, at: Date.now() },
    ...(edited === undefined ? {} : { edited }),
  };
  try {
    localStorage.setItem(placeOf(id), JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

export function savedDraft(id: string): SavedDraft | undefined {
  try {
    return (JSON.parse(localStorage.getItem(placeOf(id)) ?? 'null') as SavedDraft | null) ?? undefined;
  } catch {
    return undefined;
  }
}

export function dropDraft(id: string): void {
  localStorage.removeItem(placeOf(id));
}
