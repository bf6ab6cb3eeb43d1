// The keyboard map. A screen says which keys do what while it is shown; the help lists just these. Single keys are dead
// where something is typed, and everywhere when they are turned off.
import { type Signal, signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { singleKeys } from './settings.ts';

export interface KeyCommand {
  /** `j`, `g q` (one after the other), `mod+Enter` (Ctrl, or Cmd on a Mac). */
  readonly key: string;
  readonly does: string;
  readonly run: () => void;
}

export interface KeyGroup {
  readonly title: string;
  readonly commands: readonly KeyCommand[];
}

const groups: Signal<readonly KeyGroup[]> = signal([]);

/** All that works now, for the help. */
export function currentKeys(): readonly KeyGroup[] {
  return groups.value;
}

/** A second key of a sequence comes within this time. */
const SEQUENCE_MS = 1200;
let first: { readonly key: string; readonly at: number } | undefined;

/** The element that has the focus, through the borders of shadow roots. */
function isTyping(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !['button', 'checkbox', 'radio', 'submit'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}

/** Enter is theirs first. */
function isPressable(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  return target instanceof Element && target.closest('a[href], button, summary, label') !== null;
}

function nameOf(event: KeyboardEvent): string {
  const mod = event.ctrlKey || event.metaKey;
  return `${mod ? 'mod+' : ''}${event.key}`;
}

function find(name: string): KeyCommand | undefined {
  // The latest to come is the screen on top: its keys go before those of the shell.
  for (const { commands } of [...groups.value].reverse()) {
    const found = commands.find(({ key }) => key === name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.altKey || event.isComposing) return;
  const name = nameOf(event);
  if (name === 'Enter' && isPressable(event)) return;
  const single = !name.startsWith('mod+');
  if (single && (singleKeys.value === 'off' || isTyping(event) || document.querySelector('dialog[open]') !== null))
    return;
  const begun = first !== undefined && event.timeStamp - first.at < SEQUENCE_MS ? `${first.key} ${name}` : undefined;
  const command = (begun === undefined ? undefined : find(begun)) ?? find(name);
  first = single && command === undefined ? { key: name, at: event.timeStamp } : undefined;
  if (command === undefined) return;
  event.preventDefault();
  command.run();
}

export function startKeys(): void {
  document.addEventListener('keydown', onKeyDown);
}

/** The keys of a screen or a part, while it is shown. */
export function useKeys(title: string, commands: readonly KeyCommand[]): void {
  const latest = useRef(commands);
  latest.current = commands;
  const names = commands.map(({ key, does }) => `${key}\t${does}`).join('\n');
  useEffect(() => {
    // The commands of the newest rendering, under names that stay.
    const group: KeyGroup = {
      title,
      commands: names.split('\n').map((line) => {
        const [key = '', does = ''] = line.split('\t');
        return { key, does, run: () => latest.current.find((one) => one.key === key)?.run() };
      }),
    };
    groups.value = [...groups.peek(), group];
    return () => {
      groups.value = groups.peek().filter((one) => one !== group);
    };
  }, [title, names]);
}
