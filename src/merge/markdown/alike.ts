// Whether a line is another one, reworded: what became of it goes along with it, while a new line stands for itself.

/** Whether two lines share at least half of the longer one at their ends, or one is the other with something put in. */
export function areAlike(a: string, b: string): boolean {
  const size = Math.min(a.length, b.length);
  let head = 0;
  while (head < size && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < size - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  return (size > 0 && head + tail === size) || 2 * (head + tail) >= Math.max(a.length, b.length);
}
