// Something that is read from the server, and read again when the feed says that it may have changed. What was there stays
// on the screen while it is read again, and when that fails.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { type LiveEvent, live, onFeed } from '../live/live.ts';

export interface Loaded<Value> {
  readonly value?: Value;
  /** Why it could not be read, the last time. */
  readonly fault?: unknown;
  readonly reload: () => void;
}

/** A busy feed is answered by a few reads, not by one for each event. */
const GATHER_MS = 250;

/**
 * Reads when shown, when `of` changes, when an event concerns it, and when the connection is back. `read` gets a signal that
 * ends with what it was asked for.
 */
export function useLoaded<Value>(
  of: string,
  read: (signal: AbortSignal) => Promise<Value>,
  concerns: (event: LiveEvent) => boolean = () => false,
): Loaded<Value> {
  const [state, setState] = useState<{ readonly value?: Value; readonly fault?: unknown }>({});
  const latest = useRef({ read, concerns });
  latest.current = { read, concerns };
  const running = useRef<AbortController | undefined>(undefined);
  const reload = useCallback(() => {
    running.current?.abort();
    const own = new AbortController();
    running.current = own;
    latest.current.read(own.signal).then(
      (value) => {
        if (!own.signal.aborted) setState({ value });
      },
      (fault: unknown) => {
        if (!own.signal.aborted) setState((before) => ({ ...before, fault }));
      },
    );
  }, []);
  useEffect(() => {
    setState({});
    reload();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const soon = (): void => {
      timer ??= setTimeout(() => {
        timer = undefined;
        reload();
      }, GATHER_MS);
    };
    const quiet = onFeed((event) => {
      if (event.type === 'reset' || latest.current.concerns(event)) soon();
    });
    let before = live.peek().state;
    const still = live.subscribe(({ state: now }) => {
      if (now === 'live' && before === 'offline') soon();
      before = now;
    });
    return () => {
      quiet();
      still();
      clearTimeout(timer);
      running.current?.abort();
    };
  }, [of, reload]);
  return { ...state, reload };
}
