// Temporary stand-in (uncommitted) until the patch engine is written.
import type { JsonPatchOperation } from '../../core/change.ts';
import { EntenteError } from '../../core/errors.ts';
export function applyJsonPatch(_bytes: Uint8Array, _operations: readonly JsonPatchOperation[]): Uint8Array {
  throw new EntenteError('patch-failed', 'not yet');
}
