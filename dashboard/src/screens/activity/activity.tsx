// Activity: what happens in the space as it happens. It can be stopped and filtered, and it does not move under the
// pointer: while somebody is in the list, what comes waits behind a pill.
import '../../styles/insight.css';
import './activity.css';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { readFeed } from '../../api/feed.ts';
import { session } from '../../api/session.ts';
import type { FeedCommit } from '../../api/types.ts';
import { live, onFeed } from '../../live/live.ts';
import { Rows } from '../../parts/rows.tsx';
import { Empty, Trouble } from '../../parts/states.tsx';
import { announceSoon } from '../../shell/announce.ts';
import { useKeys } from '../../shell/keys.ts';
import { route } from '../../shell/routes.ts';
import { ANY, arrived, type Backlog, EMPTY, type Filter, gathered, matches, released } from './backlog.ts';
import { FilterBar } from './filter-bar.tsx';
import { ActivityRow } from './row.tsx';

const ROW_HEIGHT = 56;
/** Items that are read at first. */
const FIRST = 500;

/** What came while nobody is at the list is shown; while somebody is, it waits. */
function useBacklog(held: boolean, shows: (item: FeedCommit) => boolean) {
  const [backlog, setBacklog] = useState<Backlog>(EMPTY);
  const [fault, setFault] = useState<unknown>();
  const [turn, setTurn] = useState(0);
  const latest = useRef({ held, shows });
  latest.current = { held, shows };
  const space = session.value?.space ?? '';
  // The stream tells from its own beginning on: what happened while it was opened is read when it stands.
  const isLive = live.value.state === 'live';
  useEffect(() => setBacklog(EMPTY), [space]);
  useEffect(() => {
    let wanted = true;
    setFault(undefined);
    readFeed(FIRST).then(
      (items) => wanted && setBacklog((before) => gathered(before, items)),
      (error: unknown) => wanted && setFault(error),
    );
    return () => {
      wanted = false;
    };
  }, [space, turn, isLive]);
  useEffect(
    () =>
      onFeed((event) => {
        if (event.type === 'reset') setTurn((count) => count + 1);
        else {
          const { held: waits, shows: wants } = latest.current;
          setBacklog((before) => arrived(before, [event.item], waits));
          if (!waits && wants(event.item)) announceSoon(`${event.item.agent} ${event.item.outcome}`);
        }
      }),
    [],
  );
  return { backlog, fault, release: () => setBacklog(released), reload: () => setTurn(turn + 1) };
}

export function ActivityScreen(): JSX.Element {
  const [filter, setFilter] = useState<Filter>({ ...ANY, outcome: route.peek().query.get('outcome') ?? '' });
  const [paused, setPaused] = useState(false);
  const [inside, setInside] = useState(false);
  const { backlog, fault, release, reload } = useBacklog(paused || inside, (item) => matches(item, filter));
  const shown = backlog.shown.filter((item) => matches(item, filter));
  const waiting = backlog.waiting.filter((item) => matches(item, filter)).length;
  const pause = (): void => {
    if (paused) release();
    setPaused(!paused);
  };
  useKeys('Activity', [{ key: 'p', does: paused ? 'Go on' : 'Pause', run: pause }]);
  return (
    <div class="screen">
      <header class="screen-head">
        <h1>Activity</h1>
        <p class="quiet grow" role="status">
          {paused ? 'Paused: nothing is added until you go on.' : inside ? 'Held while you are in the list.' : 'Live.'}
        </p>
        <button type="button" aria-pressed={paused} onClick={pause}>
          {paused ? 'Go on' : 'Pause'}
        </button>
      </header>
      <FilterBar filter={filter} onChange={setFilter} />
      {fault !== undefined && <Trouble fault={fault} retry={reload} />}
      {waiting > 0 && (
        <button type="button" class="pill" onClick={release}>
          {waiting} new
        </button>
      )}
      {shown.length === 0 && fault === undefined && (
        <Empty title={backlog.shown.length === 0 ? 'Nothing happened yet' : 'Nothing matches'}>
          <p>
            {backlog.shown.length === 0
              ? 'What agents and people do appears here as it happens.'
              : 'Take something out of the filter.'}
          </p>
        </Empty>
      )}
      <div
        onPointerEnter={() => setInside(true)}
        onPointerLeave={() => setInside(false)}
        onFocusIn={() => setInside(true)}
        onFocusOut={() => setInside(false)}
      >
        <Rows
          items={shown}
          keyOf={({ revision }) => String(revision)}
          height={ROW_HEIGHT}
          label="What happened, the newest first"
          render={(item) => <ActivityRow item={item} />}
        />
      </div>
    </div>
  );
}
