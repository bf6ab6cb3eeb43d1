// The light that turns green at the first call of a new key: looked for in the key itself, and heard of in the feed.
import { useEffect, useState } from 'preact/hooks';
import { listKeys } from '../../api/keys.ts';
import { onFeed } from '../../live/live.ts';
import { announce } from '../../shell/announce.ts';

const LOOK_MS = 2000;

/** Whether the key was used, or the agent has written since. */
export function useFirstCall(keyId: string | undefined, agent: string): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    setSeen(false);
    if (keyId === undefined) return;
    let over = false;
    const light = (): void => {
      if (over) return;
      over = true;
      setSeen(true);
      announce(`${agent} is connected.`);
    };
    const quiet = onFeed((event) => {
      if (event.type === 'commit' && event.item.agent === agent) light();
    });
    const own = new AbortController();
    const timer = setInterval(() => {
      if (over) return clearInterval(timer);
      listKeys(keyId, own.signal).then(
        ([info]) => {
          if (info?.lastUsedAt !== undefined) light();
        },
        () => undefined,
      );
    }, LOOK_MS);
    return () => {
      over = true;
      quiet();
      own.abort();
      clearInterval(timer);
    };
  }, [keyId, agent]);
  return seen;
}
