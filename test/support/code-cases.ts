// The cases of merges of source code in test/fixtures/code: three versions, and what should come of them.
import { readdirSync, readFileSync } from 'node:fs';

export interface CodeCase {
  readonly name: string;
  readonly path: string;
  /** `woven`: a conflict that is clean with `commutative`; `refused`: clean by lines, and wrong. */
  readonly outcome: 'woven' | 'conflict' | 'refused' | 'clean';
  /** `refused`: how the reason begins. */
  readonly reason: string;
  readonly base: string;
  readonly current: string;
  readonly proposed: string;
  readonly merged: string;
}

const folder = new URL('../fixtures/code/', import.meta.url);
const outcomes = ['woven', 'conflict', 'refused', 'clean'] as const;

/** All cases, in the order of files and in them. */
export function codeCases(): readonly CodeCase[] {
  return readdirSync(folder)
    .sort()
    .flatMap((file) => parseCases(readFileSync(new URL(file, folder), 'utf8')));
}

function parseCases(text: string): readonly CodeCase[] {
  return text
    .split(/^@@@ case /m)
    .slice(1)
    .map((each) => {
      const [head = '', ...parts] = each.split(/^@@@ (?=base|current|proposed|merged)/m);
      const [name = '', path = '', told = ''] = head.trim().split(' | ');
      const [word = '', reason = ''] = told.split(' ');
      const outcome = outcomes.find((known) => known === word);
      if (outcome === undefined) throw new Error(`${name}: no outcome ${told}`);
      const sides = new Map(
        parts.map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)]),
      );
      const side = (key: string): string => sides.get(key) ?? '';
      const texts = {
        base: side('base'),
        current: side('current'),
        proposed: side('proposed'),
        merged: side('merged'),
      };
      return { name, path, outcome, reason, ...texts };
    });
}
