// Entries of ours in a JSON file of a host, with or without comments: put in and taken out by splicing, so that whatever
// is not ours keeps every byte.
import type { JsonPatchOperation } from '../../core/change.ts';
import { EntenteError } from '../../core/errors.ts';
import { printCompact } from '../../merge/json/compact.ts';
import { isParseFailure, parseJson } from '../../merge/json/parse.ts';
import { applyJsonPatch } from '../../merge/json/patch.ts';
import { ROOT } from '../../merge/json/tape.ts';

export interface JsonEntry {
  /** Names from the root. */
  readonly at: readonly string[];
  /** The value goes to the end of the list there; else it is the member itself. */
  readonly isAppended: boolean;
  readonly value: unknown;
}

/** What tells our entries of a list from those of others. */
export type IsOurs = (value: unknown) => boolean;

export interface Added {
  readonly bytes: Uint8Array;
  /** Pointers of the objects and lists that were made for the entries. */
  readonly made: readonly string[];
}

type Members = { readonly [name: string]: unknown };

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function pointer(names: readonly (string | number)[]): string {
  return names.map((name) => `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function odd(file: string, why: string): EntenteError {
  return new EntenteError('misuse', `${file} is left as it is: ${why}.`, {
    next: 'Mend it, or put the entries in by hand: docs/agents/ shows them.',
  });
}

function membersOf(bytes: Uint8Array, file: string): Members {
  const doc = parseJson(bytes, { jsonc: true });
  if (isParseFailure(doc)) throw odd(file, 'it is no JSON');
  const value: unknown = JSON.parse(printCompact(doc, ROOT));
  if (!isMembers(value)) throw odd(file, 'it is no JSON object');
  return value;
}

function at(value: unknown, names: readonly string[]): unknown {
  return names.reduce<unknown>(
    (inner, name) => (isMembers(inner) && Object.hasOwn(inner, name) ? inner[name] : undefined),
    value,
  );
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function patched(bytes: Uint8Array, operations: readonly JsonPatchOperation[]): Uint8Array {
  return operations.length === 0 ? bytes : applyJsonPatch(bytes, operations, { format: 'jsonc' });
}

/** Operations that make the containers of an entry, and their pointers. */
function containers(
  root: Members,
  entry: JsonEntry,
  file: string,
): { operations: JsonPatchOperation[]; made: string[] } {
  const names = entry.isAppended ? entry.at : entry.at.slice(0, -1);
  const operations: JsonPatchOperation[] = [];
  const made: string[] = [];
  names.forEach((_, index) => {
    const inner = names.slice(0, index + 1);
    const isList = entry.isAppended && index === names.length - 1;
    const found = at(root, inner);
    if (found === undefined) {
      operations.push({ op: 'add', path: pointer(inner), value: isList ? [] : {} });
      made.push(pointer(inner));
    } else if (isList ? !Array.isArray(found) : !isMembers(found)) {
      throw odd(file, `${inner.join('.')} is no ${isList ? 'list' : 'object'}`);
    }
  });
  return { operations, made };
}

function entryOperations(root: Members, entry: JsonEntry, isOurs: IsOurs): readonly JsonPatchOperation[] {
  const found = at(root, entry.at);
  if (!entry.isAppended) {
    // A member of that name that is there already is somebody's choice.
    return found === undefined ? [{ op: 'add', path: pointer(entry.at), value: entry.value }] : [];
  }
  const list: readonly unknown[] = Array.isArray(found) ? found : [];
  const place = list.findIndex(isOurs);
  if (place < 0) return [{ op: 'add', path: `${pointer(entry.at)}/-`, value: entry.value }];
  return isSame(list[place], entry.value)
    ? []
    : [{ op: 'replace', path: pointer([...entry.at, place]), value: entry.value }];
}

/** The file with the entries in it; `first`: what a file that is not there begins with. Equal bytes where all are there. */
export function addEntries(
  before: Uint8Array | null,
  entries: readonly JsonEntry[],
  { file, isOurs, first }: { readonly file: string; readonly isOurs: IsOurs; readonly first?: Members },
): Added {
  const isEmpty = before === null || Buffer.from(before).toString('utf8').trim() === '';
  let bytes = isEmpty ? Buffer.from(`${JSON.stringify(first ?? {}, null, 2)}\n`) : before;
  const made: string[] = [];
  for (const entry of entries) {
    const root = membersOf(bytes, file);
    const own = entryOperations(root, entry, isOurs);
    if (own.length === 0) continue;
    const around = containers(root, entry, file);
    bytes = Buffer.from(patched(bytes, [...around.operations, ...own]));
    made.push(...around.made);
  }
  return { bytes, made };
}

/** The file without the entries, and without what was made for them where nothing else is in it by now. */
export function removeEntries(
  now: Uint8Array,
  entries: readonly JsonEntry[],
  { file, isOurs, made }: { readonly file: string; readonly isOurs: IsOurs; readonly made: readonly string[] },
): Uint8Array {
  let bytes = now;
  for (const entry of entries) {
    const found = at(membersOf(bytes, file), entry.at);
    if (!entry.isAppended) {
      if (isSame(found, entry.value)) bytes = patched(bytes, [{ op: 'remove', path: pointer(entry.at) }]);
      continue;
    }
    const list: readonly unknown[] = Array.isArray(found) ? found : [];
    const places = list.flatMap((value, index) => (isOurs(value) ? [index] : [])).reverse();
    bytes = patched(
      bytes,
      places.map((place) => ({ op: 'remove', path: pointer([...entry.at, place]) })),
    );
  }
  for (const path of [...made].sort((a, b) => b.length - a.length)) {
    const names = path
      .slice(1)
      .split('/')
      .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
    const found = at(membersOf(bytes, file), names);
    const isBare = Array.isArray(found) ? found.length === 0 : isMembers(found) && Object.keys(found).length === 0;
    if (isBare) bytes = patched(bytes, [{ op: 'remove', path }]);
  }
  return bytes;
}

/** True for a file in which nothing is but what `first` began it with. */
export function isBare(bytes: Uint8Array, file: string, first: Members = {}): boolean {
  return isSame(membersOf(bytes, file), first);
}
