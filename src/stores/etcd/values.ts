// What stands in the values, as JSON with short names, and how heads, entries and records come out of them. A revision
// is never written where it is the value's own: etcd tells it, with the place that the value has.
import type { AgentId, ResourceId } from '../../core/resource.ts';
import type { Head } from '../../core/version.ts';
import type { EntryMeta, Guard, LogEntry, StoredRecord } from '../store.ts';
import { int64, revisionOf } from './numbers.ts';
import type { Kv } from './wire.ts';

/** A version of a resource. `b`: its life's first revision, or 0 where that is its own. */
export interface HeadValue {
  readonly v: number;
  readonly b: number;
  readonly h: string;
  readonly s?: number;
  readonly m?: string;
  readonly d?: 1;
}

/** The head of a resource, with the place of its commit. Older ones have what a version has. */
export interface CurrentValue extends HeadValue {
  readonly a: string;
  readonly t: number;
  readonly p: number;
}

/** Each version in its history. */
export interface VersionValue extends CurrentValue {
  /** Segment and key of the log entry that wrote it. */
  readonly g: number;
  readonly c: string;
}

export interface EntryValue {
  readonly p: number;
  readonly a: string;
  readonly c: string;
  readonly f: string;
  readonly t: number;
  readonly g: readonly (readonly [resource: string, revision: number, hash: string])[];
  readonly h: readonly (HeadValue & { readonly r: string })[];
  readonly m: EntryMeta;
  /** Contents that the entry keeps. */
  readonly k: readonly string[];
}

export interface RecordValue {
  readonly p: number;
  /** The revision that made it, or 0 where that is its own. */
  readonly c: number;
  readonly s?: string;
  /** JSON text; or the hash of the content that has it, where it is long. */
  readonly j?: string;
  readonly l?: string;
  /** Contents that an open conflict keeps. */
  readonly o?: readonly string[];
}

export function read<T>(kv: Kv): T {
  return JSON.parse(kv.value.toString('utf8')) as T;
}

export interface Written {
  readonly resource: string;
  readonly revision: number;
  readonly agent: string;
  readonly at: number;
}

export function headOf(value: HeadValue, { resource, revision, agent, at }: Written): Head {
  return {
    resource: resource as ResourceId,
    version: value.v,
    revision,
    born: value.b === 0 ? revision : value.b,
    hash: value.h,
    ...(value.s === undefined ? {} : { size: value.s }),
    ...(value.m === undefined ? {} : { mediaType: value.m }),
    agent: agent as AgentId,
    at,
    deleted: value.d === 1,
  };
}

export function headFrom(resource: string, kv: Kv): Head {
  const value = read<CurrentValue>(kv);
  return headOf(value, { resource, revision: revisionOf(kv.mod, value.p), agent: value.a, at: value.t });
}

export function entryFrom(kv: Kv): LogEntry {
  const value = read<EntryValue>(kv);
  const revision = revisionOf(kv.mod, value.p);
  const { a: agent, t: at } = value;
  return {
    revision,
    agent: agent as AgentId,
    commitId: value.c,
    fingerprint: value.f,
    at,
    heads: value.h.map((head) => headOf(head, { resource: head.r, revision, agent, at })),
    guards: value.g.map(
      ([resource, seen, hash]): Guard => ({ resource: resource as ResourceId, revision: seen, hash }),
    ),
    meta: value.m,
  };
}

/** A record but for what stands in its value. */
export interface RecordFacts extends Omit<StoredRecord, 'value' | 'kind' | 'id'> {
  readonly text?: string;
  readonly long?: string;
  readonly holds: readonly string[];
}

export function recordFrom(kv: Kv): RecordFacts {
  const value = read<RecordValue>(kv);
  const revision = revisionOf(kv.mod, value.p);
  return {
    revision,
    created: value.c === 0 ? revision : value.c,
    ...(value.s === undefined ? {} : { state: value.s }),
    ...(value.j === undefined ? {} : { text: value.j }),
    ...(value.l === undefined ? {} : { long: value.l }),
    holds: value.o ?? [],
  };
}

/** The trim point, and how far what is below it has been taken away. */
export interface TrimValue {
  readonly trimmed: number;
  readonly cleaned: number;
}

export function trimFrom(kv: Kv | undefined): TrimValue {
  if (kv === undefined) return { trimmed: 0, cleaned: 0 };
  const { trimmed, cleaned } = read<{ readonly trimmed: unknown; readonly cleaned: unknown }>(kv);
  return { trimmed: int64(trimmed), cleaned: int64(cleaned) };
}
