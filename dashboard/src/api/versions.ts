// The calls about the versions of a resource: their contents, how they were made.
import { faultOf } from './fault.ts';
import { ask, send } from './request.ts';
import type { Bytes } from './types.ts';

/** How a version was made. */
export interface Making {
  readonly commitId: string;
  readonly outcome: string;
  readonly merged: boolean;
  readonly strategy?: string;
  readonly note?: string;
  /** The version that its author had read. */
  readonly base?: number;
  readonly receipt?: {
    readonly engine: string;
    readonly entries: readonly {
      readonly action: 'kept' | 'added' | 'removed' | 'dropped' | 'woven';
      readonly by: readonly ('current' | 'proposed')[];
      /** Lines, 0-based and half-open; a structure names the place by its pointer. */
      readonly base?: readonly [number, number];
      readonly result?: readonly [number, number];
      readonly pointer?: string;
    }[];
    readonly notes?: readonly { readonly code: string; readonly message: string }[];
  };
  readonly sent?: Bytes;
}

export function readMaking(id: string, version: number): Promise<Making> {
  return ask<Making>({ path: `/resource/versions/${version}/making`, query: { id } });
}

/** The bytes of a version, for a file. */
export async function versionContent(id: string, version: number): Promise<Blob> {
  const response = await send({ path: `/resource/versions/${version}`, query: { id } });
  if (!response.ok) throw faultOf(response.status, await response.json().catch(() => undefined));
  return response.blob();
}
