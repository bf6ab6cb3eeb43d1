// What this browser remembers of how somebody likes to work: theme, single keys, the view of a conflict.
import { effect, type Signal, signal } from '@preact/signals';

function kept<Value extends string>(name: string, values: readonly Value[], otherwise: Value): Signal<Value> {
  const place = `entente.${name}`;
  const found = localStorage.getItem(place);
  const value = signal(values.find((one) => one === found) ?? otherwise);
  effect(() => localStorage.setItem(place, value.value));
  return value;
}

export const theme: Signal<'auto' | 'light' | 'dark'> = kept('theme', ['auto', 'light', 'dark'], 'auto');
/** Single keys as commands; who dictates or has a tremor turns them off (WCAG 2.1.4). */
export const singleKeys: Signal<'on' | 'off'> = kept('single-keys', ['on', 'off'], 'on');
export const conflictView: Signal<'inline' | 'three-way'> = kept('conflict-view', ['inline', 'three-way'], 'inline');

effect(() => {
  const { dataset } = document.documentElement;
  if (theme.value === 'auto') delete dataset['theme'];
  else dataset['theme'] = theme.value;
});
