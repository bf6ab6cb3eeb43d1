// Cursors of pages: opaque, signed, and good for the list and the principal that they were given for. Where a page goes on
// may be behind a name that its reader may not see, so that it is hidden.
import { createHash } from 'node:crypto';
import { EntenteError, isEntenteError } from '../core/errors.ts';
import type { Call } from './operation.ts';

interface Payload {
  /** Which list, and with what filter, hashed. */
  readonly of: string;
  readonly space: string;
  readonly sub: string;
  /** Hidden: see `Signer.hide`. */
  readonly after: string;
}

function bad(): EntenteError {
  return new EntenteError('misuse', 'The cursor is not one of this list.', {
    next: 'Use the `next` of a page as it came, with the same filter; or leave it out to start anew.',
  });
}

/** A filter may be as long as an id: its hash keeps every cursor short. */
function markOf(of: string): string {
  return createHash('sha256').update(of).digest('base64url').slice(0, 16);
}

export async function sealCursor(call: Call, of: string, after: string): Promise<string> {
  const { signer } = call.service;
  const hidden = await signer.hide(after);
  const payload: Payload = { of: markOf(of), space: call.space, sub: call.principal.id, after: hidden };
  return signer.sign('c1', payload);
}

/** Where a page goes on; undefined for the first one. */
export async function openCursor(call: Call, of: string, cursor: string | undefined): Promise<string | undefined> {
  if (cursor === undefined) return undefined;
  const { signer } = call.service;
  try {
    const payload = (await signer.open('c1', cursor)) as Partial<Payload>;
    const same = payload.of === markOf(of) && payload.space === call.space && payload.sub === call.principal.id;
    const after = same ? await signer.reveal(payload.after ?? '') : undefined;
    if (typeof after === 'string') return after;
  } catch (error) {
    if (!isEntenteError(error) || !['bad-token', 'token-expired'].includes(error.code)) throw error;
  }
  throw bad();
}
