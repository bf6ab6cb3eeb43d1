// Finds a conflict by what a person types: its number, its id, or a prefix of the id that no other has.
import { EntenteError } from '../../core/errors.ts';
import type { Conflict } from '../../core/resolution.ts';
import type { Opened } from '../shell/context.ts';
import { cleanName } from '../shell/text.ts';

const PAGE = 200;

async function byNumber({ controller, insight }: Opened, number: number): Promise<Conflict | undefined> {
  // The number is the revision that opened it, so its log entry says the id.
  const id = await insight.conflictAt(number);
  const found = id === undefined ? undefined : await controller.conflict(id);
  return found?.number === number ? found : undefined;
}

async function search({ controller }: Opened, matches: (conflict: Conflict) => boolean): Promise<readonly Conflict[]> {
  const found: Conflict[] = [];
  for (const state of ['open', 'resolved'] as const) {
    let after: string | undefined;
    do {
      const page = await controller.conflicts({ state }, { limit: PAGE, ...(after === undefined ? {} : { after }) });
      found.push(...page.items.filter(matches));
      after = page.next;
    } while (after !== undefined && found.length < 2);
  }
  return found;
}

/** The one conflict that is meant; `not-found` or `misuse` (several) otherwise. */
export async function findConflict(opened: Opened, text: string | undefined): Promise<Conflict> {
  const word = text ?? '';
  const number = /^#?(\d{1,15})$/.exec(word)?.[1];
  const exact = word === '' || number !== undefined ? undefined : await opened.controller.conflict(word);
  if (exact !== undefined) return exact;
  if (number !== undefined) {
    const found =
      (await byNumber(opened, Number(number))) ?? (await search(opened, (one) => one.number === Number(number)))[0];
    if (found !== undefined) return found;
  }
  const found = word === '' ? [] : await search(opened, (one) => one.id.startsWith(word));
  if (found.length > 1) {
    throw new EntenteError('misuse', `Several conflicts begin with ${JSON.stringify(cleanName(word))}.`, {
      next: 'entente conflicts list',
    });
  }
  const only = found[0];
  if (only !== undefined) return only;
  throw new EntenteError('not-found', `There is no conflict ${JSON.stringify(cleanName(word).slice(0, 80))}.`, {
    next: 'entente conflicts list',
  });
}
