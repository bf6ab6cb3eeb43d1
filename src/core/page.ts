// Lists come in pages; `next` is opaque and absent on the last page.

export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

export interface PageRequest {
  /** Where the last page ended. */
  readonly after?: string;
  /** Items wanted: 1 to 1,000; 100 unless said. */
  readonly limit?: number;
}
