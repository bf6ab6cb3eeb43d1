// `begin`: a draft to work on. Nothing is held open; the token is the whole state of it.
import * as z from 'zod';
import type { AgentId, ResourceId } from '../../core/resource.ts';
import type { Token } from '../../core/token.ts';
import type { Head } from '../../core/version.ts';
import { encodeContent, type WireContent } from '../../core/wire.ts';
import { etagOf } from '../etag.ts';
import { agentOf, type Call, type Operation } from '../operation.ts';
import { absent, assertSeen, may } from '../rights.ts';
import { agentField, countField, noteField, optional, resourceField } from '../schemas/fields.ts';
import { draftResult } from '../schemas/results.ts';
import { sealToken } from '../tokens.ts';

export interface BeginInput {
  readonly id: ResourceId;
  readonly agent?: AgentId;
  readonly note?: string;
  /** On this version instead of the one that is there now; 0: on nothing. @default the current one */
  readonly at?: number;
}

export interface WireDraft extends Partial<WireContent> {
  readonly id: string;
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
  readonly etag?: string;
  readonly head?: Head;
}

const NOTHING = { version: 0, revision: 0, born: 0, hash: '' };

/** A token on an older version, for a change that was made on that: judged from there, it overwrites nobody. */
async function tokenAt(call: Call, token: Token, at: number): Promise<Token> {
  if (at === token.version) return token;
  const found = at === 0 ? undefined : await call.controller.read(token.resource, { version: at });
  if (at !== 0 && found === undefined) throw absent(`Version ${at}`);
  const { version, revision, born, hash } = found?.head ?? NOTHING;
  return { ...token, version, revision, born, hash };
}

export const begin: Operation<BeginInput, WireDraft> = {
  name: 'begin',
  summary: 'Read a resource to change it: its content, and a token that says what was read.',
  input: z
    .strictObject({
      ...{ id: resourceField, agent: optional(agentField), note: optional(noteField) },
      at: optional(countField(0, Number.MAX_SAFE_INTEGER)),
    })
    .meta({ id: 'BeginInput' }),
  output: draftResult,
  async run(call, { id, agent, note, at }) {
    const { principal, space, controller } = call;
    assertSeen(principal, space, id);
    const draft = await controller.begin(id, {
      agent: agentOf(call, agent),
      ...(note === undefined ? {} : { note }),
    });
    if (at !== undefined && at !== draft.token.version) {
      const token = await tokenAt(call, draft.token, at);
      return { id: token.id, ...(await sealToken(call, token)) };
    }
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
