// Whether there is little room: rows and views arrange themselves by it.
import { type Signal, signal } from '@preact/signals';

const query = matchMedia('(max-width: 760px)');

export const narrow: Signal<boolean> = signal(query.matches);
query.addEventListener('change', ({ matches }) => {
  narrow.value = matches;
});
