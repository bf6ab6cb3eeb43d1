// The demo, offered in an empty space: it runs in the background, and its conflict waits in the queue.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { readConflict } from '../api/conflicts.ts';
import { type Demo, readDemo, startDemo } from '../api/demo.ts';
import { isFault, wordsOf } from '../api/fault.ts';
import { canAct, onFeed } from '../live/live.ts';
import { hrefOf } from '../shell/routes.ts';
import { toast } from '../shell/toasts.tsx';
import { Agent } from './who.tsx';

const LOOK_MS = 1000;

const WORDS: { readonly [state in Demo['state']]: string } = {
  none: '',
  running: 'are at work.',
  done: 'are done.',
  failed: 'had to stop: the log of the server says why.',
};

function whyNot(error: unknown): string {
  return isFault(error, 'precondition-failed')
    ? 'The demo is for an empty space: this one has work in it.'
    : wordsOf(error);
}

export function DemoCard({ empty }: { readonly empty: boolean }): JSX.Element | null {
  const [demo, setDemo] = useState<Demo | undefined>(undefined);
  const [decided, setDecided] = useState(false);
  useEffect(() => {
    const own = new AbortController();
    const show = async (found: Demo): Promise<void> => {
      const id = found.conflictId;
      // One that cannot be read is offered: its screen says why.
      const left = id === undefined ? undefined : await readConflict(id, own.signal).catch(() => undefined);
      if (own.signal.aborted) return;
      setDecided(left?.conflict.state === 'resolved');
      setDemo(found);
    };
    const look = (): void =>
      void readDemo(own.signal)
        .then(show)
        .catch(() => undefined);
    look();
    const quiet = onFeed(look);
    const timer = setInterval(() => {
      if (demo?.state === 'running') look();
    }, LOOK_MS);
    return () => {
      own.abort();
      quiet();
      clearInterval(timer);
    };
  }, [demo?.state]);
  const start = (): void => void startDemo().then(setDemo, (error) => toast({ kind: 'bad', text: whyNot(error) }));
  if (demo === undefined || (demo.state === 'none' && !empty)) return null;
  return (
    <section class="card" aria-labelledby="demo-title">
      <h2 id="demo-title">See it with scripted agents</h2>
      {demo.state === 'none' && (
        <>
          <p>
            Some agents change the same notes for twenty seconds. What can be merged is; one real conflict is left for
            you.
          </p>
          <button type="button" class="primary" disabled={!canAct.value} onClick={start}>
            Start the demo
          </button>
        </>
      )}
      {demo.state !== 'none' && (
        <>
          <p>
            {demo.agents.map((name, index) => (
              <>
                {index > 0 && ', '}
                <Agent name={name} />
              </>
            ))}{' '}
            {WORDS[demo.state]}
          </p>
          <progress max={demo.of} value={demo.done} aria-label="Steps of the demo" />
        </>
      )}
      {demo.conflictId !== undefined && decided && (
        <p>
          Its conflict is decided: look at <a href={hrefOf('conflicts', demo.conflictId)}>what became of it</a>.
        </p>
      )}
      {demo.conflictId !== undefined && !decided && (
        <p>
          <a class="button" href={hrefOf('conflicts', demo.conflictId)}>
            Decide the conflict
          </a>
        </p>
      )}
    </section>
  );
}
