// From a desk to a decision, and from the outcome to what is said. A decision that lost a race comes back with everything
// that was chosen; nothing is written over what came meanwhile.
import { resolveConflict } from '../../api/conflicts.ts';
import { wordsOf } from '../../api/fault.ts';
import { readHead, undoTo } from '../../api/resources.ts';
import type { Conflict, Decision, Outcome } from '../../api/types.ts';
import { toast } from '../../shell/toasts.tsx';
import { dropDraft } from './drafts.ts';

/** `back`: not saved; the conflict is to be read again, with what was chosen kept. */
export type Came = { readonly to: 'done' } | { readonly to: 'back'; readonly why: string };

const LANDED: readonly string[] = ['committed', 'merged', 'unchanged', 'split', 'aborted'];

function saidOf(outcome: Outcome, resource: string): string {
  switch (outcome.status) {
    case 'committed':
      return `Resolved: ${resource} is now v${outcome.version}.`;
    case 'merged':
      return `Resolved, and merged with what came meanwhile: ${resource} is now v${outcome.version}. Look at it.`;
    case 'split':
      return `Resolved: both are kept, the other one as ${outcome.copy?.resource ?? 'a copy'}.`;
    case 'aborted':
      return `Closed without a change: ${resource} stays as it is.`;
    default:
      return `Resolved: ${resource} stays as it is.`;
  }
}

/** The version that was made goes back to the one before it, unless somebody has changed it since. */
async function undo(resource: string, version: number): Promise<void> {
  try {
    const found = await readHead(resource);
    if (found === undefined || found.head.version !== version) {
      toast({ kind: 'bad', text: `${resource} was changed since: nothing was undone. Look at its versions.` });
      return;
    }
    await undoTo(resource, version - 1, found.etag, `undo of v${version}`);
    toast({ kind: 'good', text: `Undone: ${resource} has the content of v${version - 1} again, as a new version.` });
  } catch (error) {
    // The offer outlives a failure: by the time of the next try, what is there is compared again.
    const again = { label: 'Try again', run: () => undo(resource, version) };
    toast({ kind: 'bad', text: `Not undone: ${wordsOf(error)}`, action: again });
  }
}

export async function decide(conflict: Conflict, decision: Decision, reason: string): Promise<Came> {
  const outcome = await resolveConflict(conflict, {
    ...decision,
    ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
  });
  const { resource } = conflict;
  if (!LANDED.includes(outcome.status)) {
    const why = outcome.reason ?? outcome.packet?.reason ?? 'somebody changed it meanwhile';
    return { to: 'back', why };
  }
  dropDraft(conflict.id);
  const { version } = outcome;
  const wrote = (outcome.status === 'committed' || outcome.status === 'merged') && version !== undefined;
  toast({
    ...{ kind: 'good', text: saidOf(outcome, resource) },
    ...(wrote ? { action: { label: 'Undo', run: () => undo(resource, version) } } : {}),
  });
  return { to: 'done' };
}
