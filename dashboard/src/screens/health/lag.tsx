// How late the feed tells: from the time that a change carries to its arrival here. Clocks of machines differ, so that it
// is said as it was measured, and never as less than nothing.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { live, onFeed } from '../../live/live.ts';
import { Tile } from './tile.tsx';
import { duration } from './words.ts';

const STATES = {
  connecting: 'connecting',
  live: 'live',
  offline: 'disconnected',
  refused: 'not for this key',
} as const;

export function Lag(): JSX.Element {
  const [ms, setMs] = useState<number>();
  useEffect(
    () =>
      onFeed((event) => {
        if (event.type === 'commit') setMs(Math.max(0, Date.now() - event.item.at));
      }),
    [],
  );
  const { state } = live.value;
  return (
    <Tile
      name="Feed lag"
      value={ms === undefined ? '–' : duration(ms)}
      says={ms === undefined ? `${STATES[state]}; nothing came since` : STATES[state]}
    />
  );
}
