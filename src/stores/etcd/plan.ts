// One commit as a transaction: the comparison of everything that it stands on, what it writes when all of it holds, and
// what it must know when something does not. It stands inside another one, which may carry several (queue.ts).
import type { Head } from '../../core/version.ts';
import type { Guard } from '../store.ts';
import type { Encoded, EncodedRecord, EncodedWrite } from './encode.ts';
import type { Keys } from './keys.ts';
import { modOf } from './numbers.ts';
import type { CurrentValue, EntryValue, HeadValue, RecordFacts, RecordValue, VersionValue } from './values.ts';
import {
  type Compare,
  deleteOp,
  getOp,
  hasMod,
  isAbsent,
  isNever,
  isPresent,
  type Operation,
  putOp,
  type Txn,
  txnOp,
} from './wire.ts';

/** What a commit goes on from: seen before it is sent, compared when it is there. */
export interface Facts {
  /** The head that a guard names, if there is such a one. */
  base(guard: Guard): Head | undefined;
  /** The record that is to be replaced. */
  record(record: EncodedRecord): RecordFacts | undefined;
}

export interface Planned {
  readonly txn: Txn;
  /** The heads as the commit writes them, but for the revision. */
  readonly heads: readonly (HeadValue & { readonly r: string })[];
  /** Of etcd's 128 operations, those that it takes in its own depth and below. */
  readonly depth: number;
}

/** Where in the store a commit goes. */
export interface Spot {
  readonly keys: Keys;
  readonly segment: number;
  readonly place: number;
}

const FLAT = 24;
const GROUP = 12;

export function planCommit(encoded: Encoded, facts: Facts, spot: Spot): Planned {
  const { keys } = spot;
  const { space } = encoded;
  const bases = new Map(encoded.guards.map((guard) => [guard.resource as string, facts.base(guard)]));
  const heads = encoded.writes.map((write) => headValue(write, bases.get(write.id)));
  const released = [...new Set(encoded.records.flatMap((record) => facts.record(record)?.holds ?? []))];
  const kept = [...new Set([...encoded.keeps, ...released])];
  const compare: Compare[] = [
    isAbsent(keys.landed(space, encoded.key)),
    ...encoded.guards.map((guard) => guardCompare(keys.head(space, guard.resource), guard, facts.base(guard))),
    ...encoded.records.map((record) => recordCompare(keys, space, record, facts.record(record))),
    ...[...encoded.large.keys()].map((hash) => isPresent(keys.chunk(hash, 0))),
  ];
  const success = folded([
    putOp(
      keys.entry(space, spot.segment, encoded.key),
      JSON.stringify(entryValue(encoded, bases, heads, kept, spot.place)),
    ),
    putOp(keys.landed(space, encoded.key), String(spot.segment)),
    putOp(keys.last(space, spot.place), ''),
    ...tallyOps(encoded, spot),
    ...[...encoded.inline].map(([hash, bytes]) => putOp(keys.chunk(hash, 0), bytes)),
    ...kept.map((hash) => putOp(keys.byCommit(hash, encoded.key), '')),
    ...encoded.writes.flatMap((write, at) =>
      writeOps(encoded, spot, write, heads[at] as HeadValue, bases.get(write.id)),
    ),
    ...encoded.records.flatMap((record) => recordOps(encoded, spot, record, facts.record(record))),
  ]);
  const failure = [
    getOp(keys.landed(space, encoded.key)),
    ...encoded.guarded.map((id) => getOp(keys.head(space, id))),
    ...encoded.records.map(({ kind, id }) => getOp(keys.record(space, kind, id))),
  ];
  const depth = Math.max(compare.length, success.length, failure.length) + GROUP;
  return { txn: { compare, success, failure }, heads, depth };
}

/** Etcd counts operations in each depth for itself: many are put into groups, a transaction each. */
function folded(operations: readonly Operation[]): readonly Operation[] {
  if (operations.length <= FLAT) return operations;
  const groups: Operation[] = [];
  for (let at = 0; at < operations.length; at += GROUP) {
    groups.push(txnOp({ compare: [], success: operations.slice(at, at + GROUP), failure: [] }));
  }
  return groups;
}

function guardCompare(key: string, { revision, hash, version }: Guard, base: Head | undefined): Compare {
  if (revision === 0 && version === undefined) return hash === '' ? isAbsent(key) : isNever(key);
  return base !== undefined && base.hash === hash ? hasMod(key, modOf(base.revision)) : isNever(key);
}

function recordCompare(keys: Keys, space: string, record: EncodedRecord, old: RecordFacts | undefined): Compare {
  const key = keys.record(space, record.kind, record.id);
  if (record.expected === 0) return isAbsent(key);
  return old === undefined ? isNever(key) : hasMod(key, modOf(record.expected));
}

function headValue(write: EncodedWrite, base: Head | undefined): HeadValue & { readonly r: string } {
  return {
    r: write.id,
    v: (base?.version ?? 0) + 1,
    b: base === undefined || base.deleted ? 0 : base.born,
    h: write.hash,
    ...(write.size === undefined ? {} : { s: write.size }),
    ...(write.media === undefined ? {} : { m: write.media }),
    ...(write.isDelete ? { d: 1 } : {}),
  };
}

function entryValue(
  { agent, commitId, fingerprint, at, guards, meta }: Encoded,
  bases: ReadonlyMap<string, Head | undefined>,
  heads: readonly (HeadValue & { readonly r: string })[],
  kept: readonly string[],
  place: number,
): EntryValue {
  return {
    p: place,
    a: agent,
    c: commitId,
    f: fingerprint,
    t: at,
    g: guards.map(({ resource, revision, hash }) => [resource, bases.get(resource)?.revision ?? revision, hash]),
    h: heads,
    m: meta,
    k: kept,
  };
}

function tallyOps({ space, meta }: Encoded, { keys, place }: Spot): Operation[] {
  const counts = meta.outcome === 'merged' || meta.outcome === 'escalated';
  return counts ? [putOp(keys.tally(space, meta.outcome, place), '')] : [];
}

function writeOps(
  { space, agent, at, key }: Encoded,
  { keys, segment, place }: Spot,
  write: EncodedWrite,
  head: HeadValue,
  base: Head | undefined,
): Operation[] {
  const { v, b, h, s, m, d } = head;
  const current: CurrentValue = {
    v,
    b,
    h,
    ...(s === undefined ? {} : { s }),
    ...(m === undefined ? {} : { m }),
    ...(d === undefined ? {} : { d }),
    a: agent,
    t: at,
    p: place,
  };
  const version: VersionValue = { ...current, g: segment, c: key };
  const operations = [
    putOp(keys.head(space, write.id), JSON.stringify(current)),
    putOp(keys.version(space, write.id, v), JSON.stringify(version)),
  ];
  if (s !== undefined) operations.push(putOp(keys.byVersion(h, space, write.id, v), ''));
  if (write.isDelete) operations.push(putOp(keys.tomb(space, write.id), ''));
  else if (base?.deleted === true) operations.push(deleteOp(keys.tomb(space, write.id)));
  return operations;
}

function recordOps(
  { space }: Encoded,
  { keys, place }: Spot,
  record: EncodedRecord,
  old: RecordFacts | undefined,
): Operation[] {
  const { kind, id, state, text, long, holds } = record;
  const key = keys.record(space, kind, id);
  const operations: Operation[] = [];
  if (text === undefined) operations.push(deleteOp(key));
  else {
    const value: RecordValue = {
      p: place,
      c: old?.created ?? 0,
      ...(state === undefined ? {} : { s: state }),
      ...(long === undefined ? { j: text } : { l: long }),
      ...(holds.length === 0 ? {} : { o: holds }),
    };
    operations.push(putOp(key, JSON.stringify(value)));
  }
  const stays = old !== undefined && text !== undefined && old.state === state;
  if (!stays) {
    if (old !== undefined) operations.push(deleteOp(keys.indexed(space, kind, old.state, id)));
    if (text !== undefined) {
      const created = JSON.stringify({ c: old?.created ?? 0, p: place });
      operations.push(putOp(keys.indexed(space, kind, state, id), created));
    }
  }
  return [...operations, ...needOps(keys, space, record, old)];
}

/** Who needs what: a record needs the sides of the conflict that it is, and its own value where that is long. */
function needOps(keys: Keys, space: string, record: EncodedRecord, old: RecordFacts | undefined): Operation[] {
  const { kind, id, holds, long } = record;
  const needs = new Set([...holds, ...(long === undefined ? [] : [long])]);
  const before = new Set([...(old?.holds ?? []), ...(old?.long === undefined ? [] : [old.long])]);
  const free = [...before].filter((hash) => !needs.has(hash));
  return [
    ...[...needs].filter((hash) => !before.has(hash)).map((hash) => putOp(keys.byRecord(hash, space, kind, id), '')),
    ...free.map((hash) => deleteOp(keys.byRecord(hash, space, kind, id))),
    // Nobody may need it now: the next trim looks.
    ...free.filter((hash) => hash === old?.long).map((hash) => putOp(keys.upload(hash), '')),
  ];
}

/** Keys that one commit touches: two commits that share one go one after the other. */
export interface Touched {
  readonly compared: readonly string[];
  readonly written: readonly string[];
}

export function touchedBy(encoded: Encoded): Touched {
  const records = encoded.records.map(({ kind, id }) => `r ${JSON.stringify([kind, id])}`);
  const key = `i ${encoded.key}`;
  return {
    compared: [key, ...encoded.guarded.map((id) => `h ${id}`), ...records],
    written: [
      key,
      ...encoded.writes.map(({ id }) => `h ${id}`),
      ...records,
      ...[...encoded.inline.keys()].map((hash) => `k ${hash}`),
    ],
  };
}
