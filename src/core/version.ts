// Versions of a resource: ordinals that never go back, on revisions that order the whole space.
import type { AgentId, ResourceId } from './resource.ts';

/** The current version of a resource; a tombstone is a head too (`deleted: true`, hash `''`). */
export interface Head {
  readonly resource: ResourceId;
  /** Ordinal of this resource: 1, 2, 3 …; a delete counts. */
  readonly version: number;
  /** The space-wide commit counter when this head was written. Guards compare it. */
  readonly revision: number;
  /** The revision of the commit that created this life of the resource (a re-created one has a new life). */
  readonly born: number;
  /** SHA-256 of the bytes in hex; the caller's own string for a hash-only version; `''` for a tombstone. */
  readonly hash: string;
  /** Bytes of content. Absent on a tombstone and on a hash-only version, which has no content here. */
  readonly size?: number;
  readonly mediaType?: string;
  readonly agent: AgentId;
  /** Milliseconds since 1970, for display only: nothing is decided by time. */
  readonly at: number;
  readonly deleted: boolean;
}

/** What `getVersion` tells: the last writer and time of a resource. */
export type ResourceVersion = Head;

/** One resource that a commit wrote. */
export interface Written {
  readonly resource: ResourceId;
  readonly version: number;
  readonly revision: number;
  readonly hash: string;
}

/** True when the version carries its bytes; false for a tombstone and for a hash-only version. */
export function hasContent(head: Head | undefined): head is Head {
  return head !== undefined && head.size !== undefined;
}

export function writtenOf(head: Head): Written {
  return { resource: head.resource, version: head.version, revision: head.revision, hash: head.hash };
}
