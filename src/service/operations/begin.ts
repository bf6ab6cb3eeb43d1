// `begin`: a draft to work on. Nothing is held open; the token is the whole state of it.
import * as z from 'zod';
import type { AgentId, ResourceId } from '../../core/resource.ts';
import type { Head } from '../../core/version.ts';
import { encodeContent, type WireContent } from '../../core/wire.ts';
import { etagOf } from '../etag.ts';
import { agentOf, type Operation } from '../operation.ts';
import { assertSeen, may } from '../rights.ts';
import { agentField, noteField, optional, resourceField } from '../schemas/fields.ts';
import { draftResult } from '../schemas/results.ts';
import { sealToken } from '../tokens.ts';

export interface BeginInput {
  readonly id: ResourceId;
  readonly agent?: AgentId;
  readonly note?: string;
}

export interface WireDraft extends Partial<WireContent> {
  readonly id: string;
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
  readonly etag?: string;
  readonly head?: Head;
}

export const begin: Operation<BeginInput, WireDraft> = {
  name: 'begin',
  summary: 'Read a resource to change it: its content, and a token that says what was read.',
  input: z
    .strictObject({ id: resourceField, agent: optional(agentField), note: optional(noteField) })
    .meta({ id: 'BeginInput' }),
  output: draftResult,
  async run(call, { id, agent, note }) {
    const { principal, space, controller } = call;
    assertSeen(principal, space, id);
    const draft = await controller.begin(id, {
      agent: agentOf(call, agent),
      ...(note === undefined ? {} : { note }),
    });
    const sealed = { id: draft.token.id, ...(await sealToken(call, draft.token)) };
    // Who may write and not read gets a token to write with, and no look at what is there.
    if (!may(principal, 'read', space, id)) return sealed;
    const { head, content, token } = draft;
    return {
      ...sealed,
      ...(head === undefined ? {} : { head }),
      ...(head === undefined || head.deleted ? {} : { etag: etagOf(token.epoch, head) }),
      ...(content === undefined ? {} : encodeContent(content)),
    };
  },
};
