// What follows the root: the newline at the end of the file is merged three-way, everything else there is current's.
import type { Context } from './context.ts';
import { styleOf } from './style.ts';
import * as T from './tape.ts';

/** The text after the root, where it is not just current's. */
export function mergeTail({ base, current, proposed }: Context, hasBase: boolean): string | undefined {
  const [before, ours, theirs] = [base, current, proposed].map((doc) => T.textOf(doc, T.endOf(doc, T.ROOT), doc.bytes.length)) as [
    string,
    string,
    string,
  ];
  if (!hasBase || endsLine(ours) !== endsLine(before) || endsLine(theirs) === endsLine(before)) return undefined;
  return endsLine(theirs) ? ours + styleOf(current).eol : ours.replace(/[\r\n]+$/, '');
}

function endsLine(text: string): boolean {
  return text.endsWith('\n');
}
