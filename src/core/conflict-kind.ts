// What kind of clash a stale commit is, before any strategy looks at it.

export const conflictKinds = [
  /** Both sides changed what was there; the bytes of all three sides are at hand. */
  'modified',
  /** Nothing was there (or another life) when the agent read, something is there now. */
  'both-added',
  /** A change of something that is deleted now. */
  'modified-deleted',
  /** A delete of something that was changed since. */
  'deleted-modified',
  /** A side has no bytes here, only a hash. */
  'hash-only',
  /** The bytes that the agent read are trimmed. */
  'base-gone',
] as const;

export type ConflictKind = (typeof conflictKinds)[number];
