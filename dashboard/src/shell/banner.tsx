// What stands above every screen while the feed is away: what is seen is from then, and actions are off.
import type { JSX } from 'preact';
import { live } from '../live/live.ts';
import { Time } from '../parts/time.tsx';

export function ConnectionBanner(): JSX.Element | null {
  const { state, at, storeAway } = live.value;
  if (state === 'offline' && storeAway !== undefined) {
    return (
      <p class="banner warn" role="status">
        <strong>The store is away</strong> since{' '}
        <time dateTime={new Date(storeAway).toISOString()}>{new Date(storeAway).toLocaleString()}</time>: the server
        answers, but can neither read nor keep anything. What you see is from then; actions are off until it is back.
      </p>
    );
  }
  if (state === 'offline') {
    return (
      <p class="banner warn" role="status">
        <strong>Disconnected.</strong>{' '}
        {at === undefined ? (
          'Nothing was heard yet.'
        ) : (
          <>
            Last update <Time at={at} />.
          </>
        )}{' '}
        What you see is from then; actions are off until the server answers again.
      </p>
    );
  }
  if (state !== 'refused') return null;
  return (
    <p class="banner warn" role="status">
      <strong>No live updates.</strong> This key may not follow the feed of this space: reload to see what is new.
    </p>
  );
}
