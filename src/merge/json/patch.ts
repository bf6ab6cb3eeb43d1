// JSON Patch (RFC 6902) on bytes: the operations work on the parsed document, and the result is written by splicing, so
// that whatever no operation touches keeps every byte. Pointers walk own members and elements only.
// Longer than most: each operation is short, and all work on one document that they replace between them.
import type { JsonPatchOperation } from '../../core/change.ts';
import { EntenteError } from '../../core/errors.ts';
import { printCompact } from './compact.ts';
import { equalValues } from './equal.ts';
import { stringify } from './json-text.ts';
import { isParseFailure, type ParseFailure, parseJson } from './parse.ts';
import { printPatched } from './patch-print.ts';
import { type Branch, branchOf, branchText, openBranch, PatchProblem, slotOf, walkTo } from './patch-tree.ts';
import { parseIndex, parsePointer } from './pointer.ts';
import * as T from './tape.ts';

export interface JsonPatchOptions {
  /** `jsonc`: comments and trailing commas are allowed and kept. @default 'json' */
  readonly format?: 'json' | 'jsonc';
  /** Nesting of containers. @default 5,000 */
  readonly depth?: number;
  /** Values in the document. @default no limit */
  readonly nodes?: number;
  /** Bytes of the result before it is laid out, so that copies of copies end. @default 32 MiB, or twice the document */
  readonly bytes?: number;
}

const DEFAULT_BYTES = 32 * 1024 * 1024;
/** Paths in messages are cut here, whatever a caller sends. */
const SHOWN = 200;

/**
 * The document with the operations applied in order: all of them, or none. Throws EntenteError: `patch-failed` with the
 * index and path of the operation that fails (details `operation`, `path`, `reason`), `duplicate-key` and `too-deep` for
 * documents that cannot be read, `too-large` for a result above the limit.
 */
export function applyJsonPatch(
  bytes: Uint8Array,
  operations: readonly JsonPatchOperation[],
  options: JsonPatchOptions = {},
): Uint8Array {
  if (!Array.isArray(operations)) {
    throw new EntenteError('patch-failed', 'A JSON patch is an array of operations (RFC 6902).', {
      reason: 'bad-operation',
      next: 'Send for example [{ "op": "replace", "path": "/title", "value": "New" }].',
    });
  }
  const doc = readDocument(bytes, options);
  const patch: Patch = {
    doc,
    root: branchOf(doc, T.ROOT),
    limit: options.bytes ?? Math.max(DEFAULT_BYTES, 2 * bytes.length),
    spent: bytes.length,
  };
  operations.forEach((operation: JsonPatchOperation, index) => {
    try {
      applyOperation(patch, operation);
    } catch (thrown) {
      if (!(thrown instanceof PatchProblem)) throw thrown;
      throw operationFailed(thrown, operation, index);
    }
  });
  const patched = printPatched(doc, patch.root);
  readDocument(patched, options);
  return patched;
}

interface Patch {
  readonly doc: T.Doc;
  root: Branch;
  readonly limit: number;
  /** Upper bound of the bytes of the result. */
  spent: number;
}

function readDocument(bytes: Uint8Array, options: JsonPatchOptions): T.Doc {
  const { format, depth, nodes } = options;
  const doc = parseJson(bytes, {
    jsonc: format === 'jsonc',
    ...(depth === undefined ? {} : { depth }),
    ...(nodes === undefined ? {} : { nodes }),
  });
  if (!isParseFailure(doc)) return doc;
  throw unreadable(doc);
}

function unreadable({ failure, message, offset, pointer }: ParseFailure): EntenteError {
  const code = failure === 'syntax' ? 'patch-failed' : failure === 'nodes' ? 'too-large' : failure;
  return new EntenteError(code, `The document cannot be patched: ${message}.`, {
    reason: failure,
    offset,
    ...(pointer === undefined ? {} : { pointer }),
    next: 'Send the whole content instead of a patch.',
  });
}

function operationFailed(problem: PatchProblem, operation: unknown, index: number): EntenteError {
  const { op, path } =
    typeof operation === 'object' && operation !== null ? (operation as Partial<JsonPatchOperation>) : {};
  const shown = typeof path === 'string' ? clip(path) : '';
  const name = typeof op === 'string' ? clip(op) : 'no operation';
  return new EntenteError(
    'patch-failed',
    `Operation ${index} (${name} ${JSON.stringify(shown)}) failed: ${problem.message}.`,
    {
      operation: index,
      path: shown,
      reason: problem.reason,
      next: 'Read the document again and form the patch against what it holds; nothing was changed.',
    },
  );
}

function clip(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

function applyOperation(patch: Patch, operation: JsonPatchOperation): void {
  if (typeof operation !== 'object' || operation === null) throw new PatchProblem('bad-operation', 'it is no object');
  const path = segmentsOf(operation.path, 'path');
  switch (operation.op) {
    case 'add':
      addAt(patch, path, valueAt(patch, operation));
      break;
    case 'remove':
      removeAt(patch, path);
      break;
    case 'replace':
      replaceAt(patch, path, valueAt(patch, operation));
      break;
    case 'move':
      move(patch, operation, path);
      break;
    case 'copy':
      addAt(patch, path, copyOf(patch, walkTo(patch.root, segmentsOf(operation.from, 'from'))));
      break;
    case 'test':
      test(patch, path, valueAt(patch, operation));
      break;
    default:
      throw new PatchProblem('bad-operation', 'the operation is none of add, remove, replace, move, copy, test');
  }
}

function segmentsOf(pointer: unknown, name: 'path' | 'from'): string[] {
  const segments = typeof pointer === 'string' ? parsePointer(pointer) : undefined;
  if (segments === undefined) throw new PatchProblem('bad-pointer', `"${name}" is no JSON Pointer (RFC 6901)`);
  return segments;
}

function valueAt(patch: Patch, operation: JsonPatchOperation): Branch {
  if (!Object.hasOwn(operation, 'value')) throw new PatchProblem('bad-operation', 'it has no "value"');
  let text: string;
  try {
    text = stringify(operation.value);
  } catch (thrown) {
    if (!(thrown instanceof TypeError)) throw thrown;
    throw new PatchProblem('bad-value', `its value holds ${thrown.message}`);
  }
  if (operation.op !== 'test') spend(patch, text.length);
  const doc = parseJson(Buffer.from(text), { depth: Number.POSITIVE_INFINITY });
  if (isParseFailure(doc)) throw new PatchProblem('bad-value', doc.message);
  return branchOf(doc, T.ROOT);
}

/** Counts what comes into the document. */
function spend(patch: Patch, length: number): void {
  patch.spent += length;
  if (patch.spent <= patch.limit) return;
  throw new EntenteError('too-large', `The patched document would have more than ${patch.limit} bytes.`, {
    next: 'Send a smaller patch, or the whole content.',
  });
}

/** A copy that later operations on the original do not reach: its source, or its text where an operation changed it. */
function copyOf(patch: Patch, source: Branch): Branch {
  const { doc, node } = source;
  if (source.children === undefined) {
    spend(patch, T.endOf(doc, node) - T.startOf(doc, node));
    return branchOf(doc, node);
  }
  const text = branchText(source, patch.limit - patch.spent, compactText(patch));
  spend(patch, text?.length ?? patch.limit + 1);
  const copy = parseJson(Buffer.from(text ?? ''), { depth: Number.POSITIVE_INFINITY });
  if (isParseFailure(copy)) throw new PatchProblem('bad-value', copy.message);
  return branchOf(copy, T.ROOT);
}

/** Values that operations brought are compact as they are; only the document's own have to be made so. */
function compactText(patch: Patch): (doc: T.Doc, node: number) => string {
  return (doc, node) => (doc === patch.doc ? printCompact(doc, node) : T.valueText(doc, node));
}

function addAt(patch: Patch, path: readonly string[], value: Branch): void {
  const name = path.at(-1);
  if (name === undefined) {
    patch.root = value;
    return;
  }
  const children = parentOf(patch, path);
  if (children.kind === 'object') {
    children.members.set(name, { home: children.members.get(name)?.home ?? T.ABSENT, value });
    return;
  }
  const index = name === '-' ? children.elements.length : parseIndex(name);
  if (index === undefined || index > children.elements.length) {
    throw new PatchProblem('path-not-found', `an array of ${children.elements.length} has no such index to add at`);
  }
  children.elements.splice(index, 0, { home: T.ABSENT, value });
}

function parentOf(patch: Patch, path: readonly string[]): NonNullable<Branch['children']> {
  const children = openBranch(walkTo(patch.root, path.slice(0, -1)));
  if (children === undefined)
    throw new PatchProblem('path-not-found', 'the path leads into a value that is no container');
  return children;
}

function removeAt(patch: Patch, path: readonly string[]): Branch {
  const name = path.at(-1);
  if (name === undefined) throw new PatchProblem('bad-operation', 'the whole document cannot be removed');
  const children = parentOf(patch, path);
  const slot = slotOf(children, name);
  if (slot === undefined) throw new PatchProblem('path-not-found', 'there is nothing');
  if (children.kind === 'object') children.members.delete(name);
  else children.elements.splice(Number(name), 1);
  return slot.value;
}

function replaceAt(patch: Patch, path: readonly string[], value: Branch): void {
  const name = path.at(-1);
  if (name === undefined) {
    patch.root = value;
    return;
  }
  const children = parentOf(patch, path);
  const slot = slotOf(children, name);
  if (slot === undefined) throw new PatchProblem('path-not-found', 'there is nothing');
  if (children.kind === 'object') children.members.set(name, { home: slot.home, value });
  else children.elements[Number(name)] = { home: slot.home, value };
}

function move(patch: Patch, operation: JsonPatchOperation, path: readonly string[]): void {
  const from = segmentsOf(operation.from, 'from');
  if (operation.path.startsWith(`${operation.from}/`)) {
    throw new PatchProblem('bad-operation', 'a value cannot be moved into itself');
  }
  if (operation.path === operation.from) {
    walkTo(patch.root, from);
    return;
  }
  addAt(patch, path, removeAt(patch, from));
}

function test(patch: Patch, path: readonly string[], expected: Branch): void {
  const found = walkTo(patch.root, path);
  const isEqual =
    found.children === undefined
      ? equalValues(found.doc, found.node, expected.doc, expected.node)
      : equalsText(branchText(found, Number.POSITIVE_INFINITY, compactText(patch)) ?? '', expected);
  if (!isEqual) throw new PatchProblem('test-failed', 'the value there is another one');
}

function equalsText(text: string, expected: Branch): boolean {
  const doc = parseJson(Buffer.from(text), { depth: Number.POSITIVE_INFINITY });
  return !isParseFailure(doc) && equalValues(doc, T.ROOT, expected.doc, expected.node);
}
