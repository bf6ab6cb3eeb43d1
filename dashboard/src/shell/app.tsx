// The frame of every screen: navigation, the state of the connection, messages, help. Without a session it is the login.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { session } from '../api/session.ts';
import { canAct, live } from '../live/live.ts';
import { LoginScreen } from '../screens/login/login.tsx';
import { announcement } from './announce.ts';
import { ConnectionBanner } from './banner.tsx';
import { Help, toggleHelp } from './help.tsx';
import { useKeys } from './keys.ts';
import { Navigation } from './navigation.tsx';
import { go, route } from './routes.ts';
import { SCREENS, type ScreenComponent, type ScreenEntry } from './screens.ts';
import { runNewestAction, Toasts } from './toasts.tsx';

const loaded = new Map<string, ScreenComponent>();

/** The component of a screen: undefined while it loads, an error where it cannot be. */
function useScreen(entry: ScreenEntry | undefined): ScreenComponent | Error | undefined {
  const [, setTurn] = useState(0);
  const fault = useRef<Error | undefined>(undefined);
  useEffect(() => {
    fault.current = undefined;
    if (entry?.load === undefined || loaded.has(entry.name)) return;
    let wanted = true;
    entry
      .load()
      .then((component) => loaded.set(entry.name, component))
      .catch((error: Error) => {
        fault.current = error;
      })
      .finally(() => {
        if (wanted) setTurn((turn) => turn + 1);
      });
    return () => {
      wanted = false;
    };
  }, [entry]);
  return entry === undefined ? undefined : (entry.component ?? loaded.get(entry.name) ?? fault.current);
}

function Missing(): JSX.Element {
  return (
    <div class="screen">
      <h1>There is no such page</h1>
      <p>
        Go to the <a href="#/queue">queue</a>, or press <kbd>?</kbd> for what there is.
      </p>
    </div>
  );
}

/** A screen that was never opened before the server went away. */
function NotLoaded(): JSX.Element {
  const away = useRef(false);
  away.current ||= !canAct.value;
  const isBack = live.value.state === 'live';
  // A browser remembers that a module failed: only a page that is loaded anew asks for it again. What somebody was at is kept.
  useEffect(() => {
    if (away.current && isBack) location.reload();
  }, [isBack]);
  return (
    <div class="screen">
      <h1>This page could not be loaded</h1>
      <p>
        {away.current
          ? 'It was not opened before the connection went. It comes by itself when the server answers again.'
          : 'The server may have been replaced by a newer one. Reload the page.'}
      </p>
    </div>
  );
}

function Screen(): JSX.Element {
  const { screen, of } = route.value;
  const entry = SCREENS.find(({ name }) => name === screen);
  const Found = useScreen(entry);
  useEffect(() => {
    document.title = `${entry?.title ?? 'Nothing here'} · entente`;
  }, [entry]);
  if (entry === undefined) return <Missing />;
  if (Found === undefined) return <p class="screen quiet">Loading …</p>;
  if (Found instanceof Error) return <NotLoaded />;
  return <Found key={of} of={of} />;
}

function Frame(): JSX.Element {
  const main = useRef<HTMLElement>(null);
  const { screen, of } = route.value;
  // Who goes to another screen by keyboard or screen reader begins at its top.
  useEffect(() => {
    const { current } = main;
    if (current !== null && !current.contains(document.activeElement)) current.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [screen, of]);
  useKeys('Everywhere', [
    ...SCREENS.flatMap(({ name, title, key }) =>
      key === undefined ? [] : [{ key: `g ${key}`, does: title, run: () => go(name) }],
    ),
    { key: 'u', does: 'Undo, where a message offers it', run: () => void runNewestAction() },
    { key: '?', does: 'Help: all shortcuts', run: toggleHelp },
  ]);
  return (
    <div class="frame">
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <Navigation />
      <main id="main" ref={main} tabIndex={-1}>
        <ConnectionBanner />
        <Screen />
      </main>
      <Help />
    </div>
  );
}

export function App(): JSX.Element {
  return (
    <>
      {session.value === undefined ? <LoginScreen /> : <Frame />}
      <Toasts />
      <div class="unseen" role="status" aria-live="polite">
        {announcement.value}
      </div>
    </>
  );
}
