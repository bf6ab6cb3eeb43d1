// What a caller asks for. A change is formed against the token's base, never against what happens to be stored now.

/** One replacement in a text: `old` must occur exactly once at its turn. */
export interface Edit {
  readonly old: string;
  readonly new: string;
}

/** One operation of RFC 6902 (JSON Patch). */
export interface JsonPatchOperation {
  readonly op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

export type Change =
  | { readonly content: Uint8Array | string; readonly mediaType?: string }
  | { readonly append: Uint8Array | string }
  | { readonly edits: readonly Edit[] }
  | { readonly jsonPatch: readonly JsonPatchOperation[] }
  | { readonly delete: true }
  | { readonly hash: string };

/** A change of one resource in a `transact`. */
export interface TransactWrite<T> {
  readonly token: T;
  readonly change: Change;
}
