// The kinds of records that entente writes. The contract lists records by kind and cannot list the kinds, so a copy of a
// store has to know them; a test holds this list against the sources.

/** Every kind but `trial`, which a server writes in its own space to try whether its store takes writes. */
export const RECORD_KINDS = [
  'claim',
  'conflict',
  'intent',
  'key',
  'policy',
  'proposal',
  'recorded',
  'signing-key',
] as const;
