// What the laws of JSON merges share: sides as bytes, and a merge told with all that is needed to see why it is wrong.
import fc from 'fast-check';
import type { MergeInput, MergeResult } from '../../src/merge/types.ts';

export const seeds: fc.Arbitrary<number> = fc.integer({ min: 0, max: 0x7fffffff });

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export const text = (content: Uint8Array | null): string => Buffer.from(content ?? []).toString();

/** A merge of three documents that are there. */
export interface JsonSides extends MergeInput {
  readonly base: Uint8Array;
  readonly current: Uint8Array;
  readonly proposed: Uint8Array;
}

/** Three sides, the options, what came of it, and what it rests on. */
export function told({ base, current, proposed, options }: MergeInput, result: MergeResult): string {
  const content = result.status === 'clean' ? result.content : result.status === 'conflict' ? result.partial : null;
  const more =
    result.status === 'clean' ? result.receipt.entries : result.status === 'conflict' ? result.conflicts : result;
  const sides = Object.entries({ base, current, proposed }).map(([side, bytesOf]) => `${side}\n${text(bytesOf)}`);
  return [...sides, JSON.stringify(options), result.status, text(content), JSON.stringify(more)].join('\n');
}
