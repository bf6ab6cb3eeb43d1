// What a screen shows when there is nothing to show, or when it may not: each says what to do next.
import type { ComponentChildren, JSX } from 'preact';
import { isFault, OFFLINE, wordsOf } from '../api/fault.ts';
import { Plain } from './plain.tsx';

export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}): JSX.Element {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

const TITLES: { readonly [code: string]: string } = {
  forbidden: 'Your key does not allow this',
  'not-found': 'It is not there, or your key may not see it',
  [OFFLINE]: 'The server does not answer',
  gone: 'It is no longer kept',
  'rate-limited': 'Too many requests',
};

/** A fault in the place of what could not be read. */
export function Trouble({ fault, retry }: { readonly fault: unknown; readonly retry?: () => void }): JSX.Element {
  const known = isFault(fault) ? fault : undefined;
  return (
    <div class="empty trouble" role="alert">
      <h2>{TITLES[known?.code ?? ''] ?? 'That did not work'}</h2>
      <p>
        <Plain text={wordsOf(fault)} />
      </p>
      {known?.next.map((line) => (
        <p key={line} class="quiet">
          <Plain text={line} />
        </p>
      ))}
      {retry !== undefined && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}
