// What stands in front of the root and behind it: the newline at the end of the file is merged three-way, comments are
// taken from the side that changed them, everything else there is current's.
import type { Context } from './context.ts';
import { styleOf } from './style.ts';
import * as T from './tape.ts';

/** The text after the root, where it is not just current's. */
export function mergeTail({ base, current, proposed }: Context, hasBase: boolean): string | undefined {
  const [before, ours, theirs] = [base, current, proposed].map(tailOf) as [string, string, string];
  if (!hasBase) return undefined;
  // Comments behind the root: taken where only proposed changed anything.
  if (ours === before && theirs.trim() !== before.trim()) return theirs.replace(/\r?\n/g, styleOf(current).eol);
  if (endsLine(ours) !== endsLine(before) || endsLine(theirs) === endsLine(before)) return undefined;
  return endsLine(theirs) ? ours + styleOf(current).eol : ours.replace(/[\r\n]+$/, '');
}

/** The text in front of the root, where only proposed changed its comments. */
export function mergeHead({ base, current, proposed }: Context, hasBase: boolean): string | undefined {
  const [before, ours, theirs] = [base, current, proposed].map(headOf) as [string, string, string];
  if (!hasBase || ours !== before || theirs.trim() === before.trim()) return undefined;
  const bom = T.textOf(current, 0, 3).startsWith('\ufeff') ? '\ufeff' : '';
  return bom + theirs.replace(/\r?\n/g, styleOf(current).eol);
}

function tailOf(doc: T.Doc): string {
  return T.textOf(doc, T.endOf(doc, T.ROOT), doc.bytes.length);
}

function headOf(doc: T.Doc): string {
  return T.textOf(doc, 0, T.startOf(doc, T.ROOT)).replace(/^\ufeff/, '');
}

function endsLine(text: string): boolean {
  return text.endsWith('\n');
}
