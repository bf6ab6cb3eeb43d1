// Where what is kept: the names of the keys below the store's prefix. A key's first letter says what it is, then comes
// the space. Names of callers are escaped but for resource ids, which stand at the end and keep the order of their bytes.
import { createHash } from 'node:crypto';
import { fromText, toText } from '../escaped-text.ts';
import { inverted, padded } from './numbers.ts';

/** A name as one segment of a key. */
function part(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is escaped
  return toText(name).replace(/[%/\u0000-\u001f]/g, (one) => `%${one.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

function unpart(text: string): string {
  return fromText(text.replace(/%([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))));
}

function digest(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
}

/** The name of a commit: nobody else has it, in no space. */
export function commitKey(space: string, agent: string, commitId: string): string {
  return digest([space, agent, commitId]);
}

export interface Keys {
  readonly epoch: string;
  readonly format: string;
  /** Never read: its put stands where etcd's quota looks (queue.ts). */
  readonly quota: string;
  /** `h`: the current version of each resource. */
  heads(space: string): string;
  head(space: string, id: string): string;
  /** `d`: which of them are deleted. */
  tombs(space: string): string;
  tomb(space: string, id: string): string;
  /** `v`: every version that is still to be had, the newest first. */
  versions(space: string, id: string): string;
  version(space: string, id: string, version: number): string;
  /** `c`: the log, in segments. */
  segment(space: string, segment: number): string;
  entry(space: string, segment: number, commit: string): string;
  /** `g`: a segment's seal: no commit goes into it any more. */
  seals(space: string): string;
  seal(space: string, segment: number): string;
  /** `i`: in which segment a commit is. */
  landed(space: string, commit: string): string;
  /** `s`: put by every commit, one key for each place in a transaction. etcd counts the puts. */
  lasts(space: string): string;
  last(space: string, place: number): string;
  allLasts(): string;
  spaceOfLast(key: string): string;
  placeOfLast(key: string): number;
  /** `n`: the same for commits of one outcome. */
  tallies(space: string, outcome: string): string;
  tally(space: string, outcome: string, place: number): string;
  /** `t`: the trim point. */
  trimmed(space: string): string;
  /** `r`: records, and `o`: their index by kind and state. */
  record(space: string, kind: string, id: string): string;
  index(space: string, kind: string, state?: string): string;
  indexed(space: string, kind: string, state: string | undefined, id: string): string;
  idOfIndexed(key: string): string;
  /** `k`: contents in chunks. */
  chunks(hash: string): string;
  chunk(hash: string, place: number): string;
  /** That another store has it; behind all chunks. */
  elsewhere(hash: string): string;
  /** `f`: who needs a content. */
  holders(hash: string): string;
  byCommit(hash: string, commit: string): string;
  byVersion(hash: string, space: string, id: string, version: number): string;
  byRecord(hash: string, space: string, kind: string, id: string): string;
  byUpload(hash: string, name: string): string;
  /** `x`: contents that were sent before their commit. */
  uploads(): string;
  upload(hash: string): string;
  hashOfUpload(key: string): string;
}

/** The word for records without a state, and that before all others. */
const stateOf = (state: string | undefined): string => (state === undefined ? '-' : `=${part(state)}`);

export function createKeys(prefix: string): Keys {
  const at = (letter: string, name: string): string => `${prefix}${letter}/${part(name)}/`;
  const heads = (space: string): string => at('h', space);
  const tombs = (space: string): string => at('d', space);
  const versions = (space: string, id: string): string => `${at('v', space)}${id}\0`;
  const segment = (space: string, n: number): string => `${at('c', space)}${padded(n)}/`;
  const lasts = (space: string): string => at('s', space);
  const tallies = (space: string, outcome: string): string => `${at('n', space)}${part(outcome)}/`;
  const index = (space: string, kind: string, state?: string): string =>
    `${at('o', space)}${part(kind)}/${state === undefined ? '' : `${stateOf(state)}/`}`;
  const chunks = (hash: string): string => at('k', hash);
  const holders = (hash: string): string => at('f', hash);
  const uploads = `${prefix}x/`;
  return {
    epoch: `${prefix}epoch`,
    format: `${prefix}format`,
    quota: `${prefix}quota`,
    heads,
    head: (space, id) => heads(space) + id,
    tombs,
    tomb: (space, id) => tombs(space) + id,
    versions,
    version: (space, id, version) => versions(space, id) + inverted(version),
    segment,
    entry: (space, n, commit) => segment(space, n) + commit,
    seals: (space) => at('g', space),
    seal: (space, n) => at('g', space) + padded(n),
    landed: (space, commit) => at('i', space) + commit,
    lasts,
    last: (space, place) => lasts(space) + placeText(place),
    allLasts: () => `${prefix}s/`,
    spaceOfLast: (key) => unpart(key.slice(prefix.length + 2, key.lastIndexOf('/'))),
    placeOfLast: (key) => Number.parseInt(key.slice(key.lastIndexOf('/') + 1), 16),
    tallies,
    tally: (space, outcome, place) => tallies(space, outcome) + placeText(place),
    trimmed: (space) => `${prefix}t/${part(space)}`,
    record: (space, kind, id) => `${at('r', space)}${part(kind)}/${part(id)}`,
    index,
    indexed: (space, kind, state, id) => `${index(space, kind)}${stateOf(state)}/${part(id)}`,
    idOfIndexed: (key) => unpart(key.slice(key.lastIndexOf('/') + 1)),
    chunks,
    chunk: (hash, place) => chunks(hash) + place.toString(16).padStart(4, '0'),
    elsewhere: (hash) => `${chunks(hash)}elsewhere`,
    holders,
    byCommit: (hash, commit) => `${holders(hash)}c.${commit}`,
    byVersion: (hash, space, id, version) => `${holders(hash)}v.${digest([space, id])}.${padded(version)}`,
    byRecord: (hash, space, kind, id) => `${holders(hash)}r.${digest([space, kind, id])}`,
    byUpload: (hash, name) => `${holders(hash)}u.${name}`,
    uploads: () => uploads,
    upload: (hash) => uploads + part(hash),
    hashOfUpload: (key) => unpart(key.slice(uploads.length)),
  };
}

function placeText(place: number): string {
  return place.toString(16).padStart(2, '0');
}
