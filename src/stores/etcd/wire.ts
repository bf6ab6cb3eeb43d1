// The JSON of etcd's v3 gateway: what is sent and how answers are read. Keys and values are base64, numbers are strings,
// and whatever is zero, empty or false is left out.
import { int64 } from './numbers.ts';

export type Json = { readonly [field: string]: unknown };

export interface Range {
  readonly key: string;
  readonly range_end?: string;
  readonly limit?: number;
  readonly revision?: string;
  readonly sort_order?: 'ASCEND' | 'DESCEND';
  readonly sort_target?: 'MOD' | 'CREATE';
  readonly min_mod_revision?: string;
  readonly max_mod_revision?: string;
  readonly keys_only?: boolean;
  readonly count_only?: boolean;
}

export type Operation =
  | { readonly request_range: Range }
  | { readonly request_put: { readonly key: string; readonly value?: string; readonly lease?: string } }
  | { readonly request_delete_range: { readonly key: string; readonly range_end?: string } }
  | { readonly request_txn: Txn };

/** What is left out is etcd's zero: the target VERSION, the result EQUAL, the version 0. So a key alone says: is not there. */
export type Compare = { readonly key: string; readonly range_end?: string } & (
  | { readonly target?: undefined; readonly result?: 'GREATER' | 'LESS' }
  | { readonly target: 'MOD'; readonly mod_revision: string }
  | { readonly target: 'VALUE'; readonly value: string }
);

export interface Txn {
  readonly compare: readonly Compare[];
  readonly success: readonly Operation[];
  readonly failure: readonly Operation[];
}

export function base64(text: string | Uint8Array): string {
  return (typeof text === 'string' ? Buffer.from(text, 'utf8') : Buffer.from(text)).toString('base64');
}

/** All keys that start with the prefix. */
export function under(prefix: string): { readonly key: string; readonly range_end: string } {
  return { key: base64(prefix), range_end: base64(endOf(prefix)) };
}

/** The first key behind all that start with the prefix. A byte of UTF-8 is never 0xff. */
export function endOf(prefix: string): Uint8Array {
  const bytes = Buffer.from(prefix, 'utf8');
  const last = bytes.length - 1;
  bytes[last] = (bytes[last] ?? 0) + 1;
  return bytes;
}

export function rangeOp(range: Range): Operation {
  return { request_range: range };
}

export function getOp(key: string): Operation {
  return { request_range: { key: base64(key) } };
}

export function putOp(key: string, value: string | Uint8Array, lease?: string): Operation {
  const named = value.length === 0 ? { key: base64(key) } : { key: base64(key), value: base64(value) };
  return { request_put: lease === undefined ? named : { ...named, lease } };
}

export function deleteOp(key: string): Operation {
  return { request_delete_range: { key: base64(key) } };
}

export function deleteUnderOp(prefix: string): Operation {
  return { request_delete_range: under(prefix) };
}

export function txnOp(txn: Txn): Operation {
  return { request_txn: txn };
}

/** The key is not there. */
export function isAbsent(key: string): Compare {
  return { key: base64(key) };
}

export function isPresent(key: string): Compare {
  return { key: base64(key), result: 'GREATER' };
}

/** No key starts with the prefix: over a range that is empty etcd compares with a key that never was. */
export function isEmpty(prefix: string): Compare {
  return under(prefix);
}

/** Holds never: for what is known to be stale before it is sent. */
export function isNever(key: string): Compare {
  return { key: base64(key), result: 'LESS' };
}

export function hasMod(key: string, mod: number): Compare {
  return { key: base64(key), target: 'MOD', mod_revision: String(mod) };
}

export function hasValue(key: string, value: string): Compare {
  return { key: base64(key), target: 'VALUE', value: base64(value) };
}

export interface Kv {
  readonly key: string;
  readonly value: Buffer;
  /** etcd's revision of the last put, and of the first one since it was deleted. */
  readonly mod: number;
  readonly create: number;
  /** Puts since then. */
  readonly version: number;
}

export interface Ranged {
  readonly kvs: readonly Kv[];
  readonly count: number;
  readonly more: boolean;
}

export interface Answered {
  readonly succeeded: boolean;
  readonly revision: number;
  readonly responses: readonly Json[];
}

/** A transaction's answer, also of one inside another. */
export function answered(json: Json): Answered {
  const header = (json['header'] ?? {}) as Json;
  return {
    succeeded: json['succeeded'] === true,
    revision: int64(header['revision']),
    responses: (json['responses'] ?? []) as readonly Json[],
  };
}

export function ranged(json: Json | undefined): Ranged {
  const range = (json?.['response_range'] ?? json ?? {}) as Json;
  const kvs = (range['kvs'] ?? []) as readonly Json[];
  return { kvs: kvs.map(kvOf), count: int64(range['count']), more: range['more'] === true };
}

export function nested(json: Json | undefined): Answered {
  return answered((json?.['response_txn'] ?? {}) as Json);
}

function kvOf(json: Json): Kv {
  return {
    key: bytesOf(json['key']).toString('utf8'),
    value: bytesOf(json['value']),
    mod: int64(json['mod_revision']),
    create: int64(json['create_revision']),
    version: int64(json['version']),
  };
}

function bytesOf(text: unknown): Buffer {
  return Buffer.from(typeof text === 'string' ? text : '', 'base64');
}
