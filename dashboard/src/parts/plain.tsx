// Any text that somebody else wrote: names, ids, notes, contents. It is text and nothing else, it cannot turn the direction
// of what stands around it, and what it hides is shown.
import type { JSX } from 'preact';
import { nameOf, piecesOf, warningOf } from './hidden.ts';

/** The text with every hidden character as a visible mark. */
export function Revealed({ text }: { readonly text: string }): JSX.Element {
  return (
    <>
      {piecesOf(text).map(({ text: piece, code }, index) =>
        code === undefined ? (
          piece
        ) : (
          <span key={index} class="hidden-char" title={nameOf(code)}>
            {code}
          </span>
        ),
      )}
    </>
  );
}

/** The badge of a text that hides something; nothing for all others. */
export function HiddenBadge({ text }: { readonly text: string }): JSX.Element | null {
  const warning = warningOf(text);
  if (warning === undefined) return null;
  return (
    <span class="badge warn" title={warning}>
      <span aria-hidden="true">⚠ </span>
      {warning.startsWith('letters') ? 'lookalike letters' : 'hidden characters'}
      <span class="unseen">: {warning}</span>
    </span>
  );
}

/** A short text in a line, isolated, with its badge. */
export function Plain({ text }: { readonly text: string }): JSX.Element {
  return (
    <>
      <bdi>
        <Revealed text={text} />
      </bdi>
      <HiddenBadge text={text} />
    </>
  );
}
