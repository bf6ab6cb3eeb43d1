// `read`: the content of a resource, now or at a version that is still kept.
import * as z from 'zod';
import type { EntenteError } from '../../core/errors.ts';
import type { ResourceId } from '../../core/resource.ts';
import { type Head, hasContent } from '../../core/version.ts';
import { encodeContent, type WireContent } from '../../core/wire.ts';
import { etagOf } from '../etag.ts';
import type { Call, Operation } from '../operation.ts';
import { absent, assertRead } from '../rights.ts';
import { countField, optional, resourceField } from '../schemas/fields.ts';
import { contentResult } from '../schemas/results.ts';
import type { News } from '../sights.ts';

export interface Found {
  readonly head: Head;
  readonly etag: string;
  /** The bytes, when they are asked for; undefined for a tombstone and for a hash-only version. */
  content(): Promise<Uint8Array | undefined>;
}

/** The head of a resource with its ETag; undefined for what never was. `not-found` without a read grant. */
export async function look(call: Call, id: ResourceId): Promise<Found | undefined> {
  const { principal, space, service, controller } = call;
  assertRead(principal, space, id);
  const snapshot = await service.store.read(space, [id]);
  const head = snapshot.heads[0];
  if (head === undefined) return undefined;
  return {
    head,
    etag: etagOf(snapshot.epoch, head),
    content: async () => {
      if (!hasContent(head)) return undefined;
      // Superseded and trimmed meanwhile: the controller reads again until it has a version whole.
      return (await service.store.content(head.hash)) ?? (await controller.read(id))?.content;
    },
  };
}

/** As `look`, at a version; `gone` where that one is no longer kept. */
export async function lookAt(call: Call, id: ResourceId, version: number): Promise<Found | undefined> {
  const { principal, space, service, controller } = call;
  assertRead(principal, space, id);
  const found = await controller.read(id, { version });
  if (found === undefined) return undefined;
  const { head, content } = found;
  return { head, etag: etagOf(await service.store.epoch(), head), content: async () => content };
}

export function noResource(id: ResourceId): EntenteError {
  return absent(`The resource ${JSON.stringify(id)}`);
}

export interface ReadInput {
  readonly id: ResourceId;
  readonly version?: number;
}

export interface WireRead extends Partial<WireContent> {
  readonly head: Head;
  readonly etag: string;
  /** Told by `head` to the agent that it is asked for. */
  readonly news?: readonly News[];
}

export const read: Operation<ReadInput, WireRead> = {
  name: 'read',
  summary: 'The content of a resource, now or at a version that is still kept.',
  input: z
    .strictObject({ id: resourceField, version: optional(countField(1, Number.MAX_SAFE_INTEGER)) })
    .meta({ id: 'ReadInput' }),
  output: contentResult,
  async run(call, { id, version }) {
    const found = version === undefined ? await look(call, id) : await lookAt(call, id, version);
    if (found === undefined) throw noResource(id);
    const content = await found.content();
    const { head, etag } = found;
    return { head, etag, ...(content === undefined ? {} : encodeContent(content)) };
  },
};
