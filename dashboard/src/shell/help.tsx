// The help: every key that works where one is, and the switch for single keys.
import { type Signal, signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { currentKeys } from './keys.ts';
import { singleKeys } from './settings.ts';

const shown: Signal<boolean> = signal(false);

export function toggleHelp(): void {
  shown.value = !shown.value;
}

const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** `mod+Enter` as it stands on the keyboard. */
function Keys({ of }: { readonly of: string }): JSX.Element {
  const words = of.split(' ').map((word) => word.replace('mod+', isMac ? '⌘ ' : 'Ctrl '));
  return (
    <>
      {words.map((word, index) => (
        <kbd key={index}>{word}</kbd>
      ))}
    </>
  );
}

export function Help(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (shown.value) dialog.current?.showModal();
    else dialog.current?.close();
  }, [shown.value]);
  return (
    <dialog
      ref={dialog}
      class="help"
      aria-labelledby="help-title"
      onClose={() => {
        shown.value = false;
      }}
    >
      <form method="dialog" class="dialog-head">
        <h2 id="help-title">Keyboard shortcuts</h2>
        <button type="submit" class="icon" aria-label="Close">
          ×
        </button>
      </form>
      {currentKeys().map(({ title, commands }) => (
        <section key={title}>
          <h3>{title}</h3>
          <dl class="keys">
            {commands.map(({ key, does }) => (
              <div key={key}>
                <dt>
                  <Keys of={key} />
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <label class="check">
        <input
          type="checkbox"
          checked={singleKeys.value === 'on'}
          onChange={({ currentTarget }) => {
            singleKeys.value = currentTarget.checked ? 'on' : 'off';
          }}
        />
        Single keys do something (turn this off if you dictate, or press keys by accident)
      </label>
    </dialog>
  );
}
