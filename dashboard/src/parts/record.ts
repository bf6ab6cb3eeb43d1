// What a record of the space is, in words for people: most of what happens there changes no resource.

/** By the first word of the reason that the log gives. */
const BY_WORD: { readonly [word: string]: string } = {
  draft: 'announced a change',
  release: 'took an announced change back',
  policy: 'stored the policy',
  forgotten: 'forgot recorded decisions',
  proposal: 'proposed how to settle a conflict',
  claim: 'took a conflict',
  'bad-token': 'sent a token that was not given here',
};

/** What was recorded; where the log gives a reason that is not known here, the reason. */
export function recordWords(reason: string | undefined): string {
  if (reason === undefined) return 'a record of the space';
  // A conflict that is given back has its id behind the same word.
  if (reason.startsWith('release c-')) return 'gave a conflict back';
  return BY_WORD[reason.split(' ')[0] ?? ''] ?? reason;
}

/** The conflict that a record names; undefined for one that names none. */
export function conflictIn(reason: string | undefined): string | undefined {
  return /\bc-[0-9a-f]{16}$/.exec(reason ?? '')?.[0];
}
