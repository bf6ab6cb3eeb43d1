// Binary search in what stands in the order of the text, such as splices.

/** The index of the first item that starts at or after an offset; the length of the list where none does. */
export function firstFrom(items: readonly { readonly start: number }[], offset: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((items[middle] as { readonly start: number }).start < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
