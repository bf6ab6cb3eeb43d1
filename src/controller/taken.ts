// A change as it is at the call. What has to wait before it is looked at is copied first, so that what the caller does to
// its own arrays and objects meanwhile changes nothing that is stored (rule E8).
import type { Change, JsonPatchOperation } from '../core/change.ts';
import type { Decision } from '../core/resolution.ts';
import { jsonText, stringify } from '../merge/json/json-text.ts';

/** Whole contents and hashes are taken by whoever forms the proposal, at once; the rest waits for its base. */
export function taken(change: Change): Change {
  if (typeof change !== 'object' || change === null) return change;
  if ('append' in change && change.append instanceof Uint8Array)
    return { ...change, append: new Uint8Array(change.append) };
  if ('edits' in change && Array.isArray(change.edits))
    return { ...change, edits: change.edits.map((edit) => ({ ...edit })) };
  if ('jsonPatch' in change && Array.isArray(change.jsonPatch))
    return { ...change, jsonPatch: change.jsonPatch.map(takenOperation) };
  return change;
}

export function takenDecision(decision: Decision): Decision {
  if (typeof decision !== 'object' || decision === null) return decision;
  if (!('content' in decision) || !(decision.content instanceof Uint8Array)) return decision;
  return { ...decision, content: new Uint8Array(decision.content) };
}

/** The value as its text, which is exact and cannot change. What JSON cannot say stays, to be refused in its turn. */
function takenOperation(operation: JsonPatchOperation): JsonPatchOperation {
  if (typeof operation !== 'object' || operation === null || !Object.hasOwn(operation, 'value')) return operation;
  const text = textOf(operation.value);
  return text === undefined ? { ...operation } : { ...operation, value: jsonText(text) };
}

function textOf(value: unknown): string | undefined {
  try {
    return stringify(value);
  } catch {
    return undefined;
  }
}

/** A patch as text for its fingerprint: exact, where JSON.stringify would round large numbers. */
export function patchMark(operations: unknown): string {
  if (!Array.isArray(operations)) return '';
  return operations.map(operationMark).join('\n');
}

function operationMark(operation: unknown): string {
  if (typeof operation !== 'object' || operation === null) return '';
  const { op, path, from, value } = operation as Partial<JsonPatchOperation>;
  return JSON.stringify([String(op), String(path), String(from), textOf(value) ?? null]);
}
