// Short messages at the edge. One that offers something to do stays until it is done or sent away; the others go by
// themselves.
import { type Signal, signal } from '@preact/signals';
import type { JSX } from 'preact';
import { announce } from './announce.ts';
import { singleKeys } from './settings.ts';

export interface Toast {
  readonly text: string;
  readonly kind?: 'good' | 'bad';
  readonly action?: { readonly label: string; readonly run: () => void | Promise<void> };
}

interface Shown extends Toast {
  readonly id: number;
}

const STAYS_MS = 8000;
const MOST = 3;
const toasts: Signal<readonly Shown[]> = signal([]);
let last = 0;

function dismiss(id: number): void {
  toasts.value = toasts.peek().filter((one) => one.id !== id);
}

export function toast(one: Toast): void {
  last += 1;
  const id = last;
  toasts.value = [...toasts.peek(), { ...one, id }].slice(-MOST);
  const how = singleKeys.peek() === 'on' ? ': press u' : '';
  announce(one.action === undefined ? one.text : `${one.text} ${one.action.label} is offered${how}.`);
  if (one.action === undefined) setTimeout(() => dismiss(id), STAYS_MS);
}

/** Does what the newest toast offers, if one does. */
export function runNewestAction(): boolean {
  const newest = toasts.peek().findLast(({ action }) => action !== undefined);
  if (newest === undefined) return false;
  dismiss(newest.id);
  void newest.action?.run();
  return true;
}

export function Toasts(): JSX.Element {
  return (
    <section class="toasts" aria-label="Messages">
      {toasts.value.map(({ id, text, kind, action }) => (
        <div key={id} class={`toast ${kind ?? ''}`}>
          <span class="toast-text">{text}</span>
          {action !== undefined && (
            <button
              type="button"
              class="link"
              onClick={() => {
                dismiss(id);
                void action.run();
              }}
            >
              {action.label}
              {singleKeys.value === 'on' && (
                <>
                  {' '}
                  <span class="kbd" aria-hidden="true">
                    u
                  </span>
                </>
              )}
            </button>
          )}
          <button type="button" class="icon" aria-label="Dismiss" onClick={() => dismiss(id)}>
            ×
          </button>
        </div>
      ))}
    </section>
  );
}
