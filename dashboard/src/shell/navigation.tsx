// The navigation: the screens, the space, the connection, the theme, and who one is.
import type { JSX } from 'preact';
import { endKey } from '../api/keys.ts';
import { enter, leave, principalId, session } from '../api/session.ts';
import icon from '../icon.svg';
import { live } from '../live/live.ts';
import { Plain } from '../parts/plain.tsx';
import { toggleHelp } from './help.tsx';
import { hrefOf, route } from './routes.ts';
import { SCREENS } from './screens.ts';
import { theme } from './settings.ts';

const STATES = { connecting: 'Connecting', live: 'Live', offline: 'Offline', refused: 'No live updates' } as const;

/** A session's key ends with it; one that was pasted is its owner's, and is forgotten alone. */
async function logOut(): Promise<void> {
  if (session.value?.byCode === true) await endKey(principalId.value).catch(() => undefined);
  leave();
}

/** The conflict screen belongs to the queue. */
function isHere(name: string): boolean {
  const { screen } = route.value;
  return screen === name || (name === 'queue' && screen === 'conflicts');
}

function SpaceChoice(): JSX.Element | null {
  const now = session.value;
  if (now === undefined || now.spaces.length < 2) return null;
  return (
    <label class="field small">
      Space
      <select value={now.space} onChange={({ currentTarget }) => enter({ ...now, space: currentTarget.value })}>
        {now.spaces.map((space) => (
          <option key={space}>{space}</option>
        ))}
      </select>
    </label>
  );
}

function ThemeChoice(): JSX.Element {
  return (
    <label class="field small">
      Theme
      <select
        value={theme.value}
        onChange={({ currentTarget }) => {
          theme.value = currentTarget.value as typeof theme.value;
        }}
      >
        <option value="auto">as the system</option>
        <option value="light">light</option>
        <option value="dark">dark</option>
      </select>
    </label>
  );
}

export function Navigation(): JSX.Element {
  const { state } = live.value;
  return (
    <header class="rail">
      <a class="brand" href={hrefOf('queue')}>
        <img src={icon} alt="" width="22" height="22" />
        entente
      </a>
      <nav aria-label="Screens">
        <ul>
          {SCREENS.map(({ name, title, key }) =>
            key === undefined ? null : (
              <li key={name}>
                <a href={hrefOf(name)} aria-current={isHere(name) ? 'page' : undefined} aria-keyshortcuts={`g ${key}`}>
                  {title}
                  <span class="kbd" aria-hidden="true">
                    g {key}
                  </span>
                </a>
              </li>
            ),
          )}
        </ul>
      </nav>
      <div class="rail-foot">
        <p class={`state ${state}`}>
          <span class="dot" aria-hidden="true" />
          {STATES[state]}
        </p>
        <SpaceChoice />
        <ThemeChoice />
        <p class="who">
          <Plain text={session.value?.name ?? ''} />
        </p>
        <div class="row">
          <button type="button" class="link" onClick={toggleHelp}>
            Shortcuts <kbd>?</kbd>
          </button>
          <button type="button" class="link" onClick={logOut}>
            Log out
          </button>
        </div>
      </div>
    </header>
  );
}
