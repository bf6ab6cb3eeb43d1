// The login: by the link that the server printed, or by a key. Nothing of it is kept beyond the tab.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { isFault, wordsOf } from '../../api/fault.ts';
import { loginByCode, loginByKey } from '../../api/keys.ts';
import { enter, type Session } from '../../api/session.ts';
import icon from '../../icon.svg';
import { code, useUpCode } from './code.ts';

type State =
  | { readonly step: 'asked' }
  | { readonly step: 'trying' }
  | { readonly step: 'refused'; readonly why: string };

function whyOf(error: unknown, byCode: boolean): string {
  if (!isFault(error, 'unauthenticated')) return wordsOf(error);
  if (byCode)
    return 'This link was used already, or is older than five minutes. Run `entente dashboard` for a new one.';
  return 'The server does not know this key, or it was ended. Copy the whole key: it begins with ent_.';
}

export function LoginScreen(): JSX.Element {
  const [state, setState] = useState<State>({ step: 'asked' });
  const field = useRef<HTMLInputElement>(null);
  const attempt = async (login: Promise<Session>, byCode: boolean): Promise<void> => {
    setState({ step: 'trying' });
    try {
      enter(await login);
    } catch (error) {
      setState({ step: 'refused', why: whyOf(error, byCode) });
      field.current?.focus();
    }
  };
  const waiting = code.value;
  useEffect(() => {
    const found = useUpCode();
    if (found !== undefined) void attempt(loginByCode(found), true);
    else if (state.step === 'asked') field.current?.focus();
  }, [waiting]);
  return (
    <main class="login" id="main">
      <h1>
        <img src={icon} alt="" width="32" height="32" /> entente
      </h1>
      <p>
        Open the link that <code>entente serve</code> printed, or run <code>entente dashboard</code> for a fresh one. A
        key works too.
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const key = field.current?.value.trim() ?? '';
          if (key !== '') void attempt(loginByKey(key), false);
        }}
      >
        <label class="field" for="key">
          Key
        </label>
        <input
          ref={field}
          id="key"
          name="key"
          type="password"
          autocomplete="current-password"
          spellcheck={false}
          placeholder="ent_…"
          aria-describedby="key-hint"
          aria-invalid={state.step === 'refused'}
        />
        <p
          id="key-hint"
          class={state.step === 'refused' ? 'bad' : 'quiet'}
          role={state.step === 'refused' ? 'alert' : undefined}
        >
          {state.step === 'refused'
            ? state.why
            : 'It stays in the open windows of this browser, and is gone when they are closed.'}
        </p>
        <button type="submit" class="primary" disabled={state.step === 'trying'}>
          {state.step === 'trying' ? 'Logging in …' : 'Log in'}
        </button>
      </form>
    </main>
  );
}
