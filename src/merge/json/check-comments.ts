// The part of the proof that deals with the comments of JSONC: each is in the result as often more or less than in the base
// as the sides say.
import { drop, type Proof } from './check.ts';
import type * as T from './tape.ts';

export function checkComments(proof: Proof): void {
  if (!proof.result.jsonc) return;
  const [base, current, proposed, result] = [proof.base, proof.current, proof.proposed, proof.result].map(
    countComments,
  ) as [Counts, Counts, Counts, Counts];
  for (const text of new Set([base, current, proposed, result].flatMap((counts) => [...counts.keys()]))) {
    const [b, c, p, r] = [base, current, proposed, result].map((counts) => counts.get(text) ?? 0) as [
      number,
      number,
      number,
      number,
    ];
    // Two equal changes may be one and the same.
    const isDue = r - b === c - b + (p - b) || (c === p && r === c);
    if (!isDue) drop(proof, '', 'a comment is not as often in the result as the sides say');
  }
}

type Counts = Map<string, number>;

/** Every comment with the number of its occurrences. */
function countComments(doc: T.Doc): Counts {
  const counts: Counts = new Map();
  const { bytes } = doc;
  if (!bytes.includes(0x2f)) return counts;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] === 0x22) {
      for (i++; bytes[i] !== 0x22; i++) if (bytes[i] === 0x5c) i++;
    } else if (bytes[i] === 0x2f) {
      const isLine = bytes[i + 1] === 0x2f;
      const found = isLine ? bytes.indexOf(0x0a, i) : bytes.indexOf('*/', i + 2) + 2;
      const end = found < 0 ? bytes.length : found;
      // One of several lines is moved to the indent of its place.
      const text = bytes.toString('utf8', i, end).trim().replace(/\s+/g, ' ');
      counts.set(text, (counts.get(text) ?? 0) + 1);
      i = end - 1;
    }
  }
  return counts;
}
