// What a screen reader is told: a polite live region. What somebody did is said at once; what happens elsewhere is gathered
// and said every few seconds, so that a busy feed does not talk without end.
import { type Signal, signal } from '@preact/signals';

export const announcement: Signal<string> = signal('');

const BATCH_MS = 5000;
let waiting: string[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;

export function announce(text: string): void {
  // The same words again are said again: a region tells changes alone.
  announcement.value = announcement.peek() === text ? `${text}\u00a0` : text;
}

/** Said with whatever else comes within five seconds; of more than three, how many. */
export function announceSoon(text: string): void {
  waiting.push(text);
  if (timer !== undefined) return;
  timer = setTimeout(() => {
    const said = waiting.length > 3 ? `${waiting.length} changes. Last: ${waiting.at(-1)}` : waiting.join('. ');
    waiting = [];
    timer = undefined;
    announce(said);
  }, BATCH_MS);
}
