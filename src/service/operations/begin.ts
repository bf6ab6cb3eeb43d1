// `begin`: a draft to work on. Nothing is held open; the token is the whole state of it.
import * as z from 'zod';
import type { LineRange } from '../../controller/moved.ts';
import type { BeginOptions, Draft, OpenDraft } from '../../controller/types.ts';
import type { AgentId, ResourceId } from '../../core/resource.ts';
import type { Token } from '../../core/token.ts';
import type { Head } from '../../core/version.ts';
import { encodeContent, type WireContent } from '../../core/wire.ts';
import { etagOf } from '../etag.ts';
import { agentOf, type Call, type Operation } from '../operation.ts';
import { absent, assertSeen, may } from '../rights.ts';
import {
  agentField,
  countField,
  flagField,
  linesField,
  noteField,
  optional,
  resourceField,
} from '../schemas/fields.ts';
import { draftResult } from '../schemas/results.ts';
import type { News } from '../sights.ts';
import { sealToken } from '../tokens.ts';

export interface BeginInput {
  readonly id: ResourceId;
  readonly agent?: AgentId;
  readonly note?: string;
  /** The lines that the agent looks at: it hears of later changes in these alone. @default all */
  readonly lines?: readonly LineRange[];
  /** Tells others that this draft is open. False: neither tells nor asks who else is at it. @default where a note is given */
  readonly announce?: boolean;
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
  /** Resources that the agent read before, here or elsewhere in the space, and that moved since. Told once. */
  readonly news?: readonly News[];
  /** What other agents have open on the resource; absent without a read grant. */
  readonly others?: readonly OpenDraft[];
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

/** Asked for where the draft was not announced: whoever is to read hears of it too. */
async function othersOf(call: Call, { token, others }: Draft): Promise<readonly OpenDraft[]> {
  if (others !== undefined) return others;
  const { items } = await call.controller.drafts({ resource: token.resource });
  return items.filter(({ agent }) => agent !== token.agent);
}

export const begin: Operation<BeginInput, WireDraft> = {
  name: 'begin',
  summary: 'Read a resource to change it: its content, and a token that says what was read.',
  input: z
    .strictObject({
      ...{ id: resourceField, agent: optional(agentField), note: optional(noteField), announce: optional(flagField) },
      lines: optional(linesField),
      at: optional(countField(0, Number.MAX_SAFE_INTEGER)),
    })
    .meta({ id: 'BeginInput' }),
  output: draftResult,
  async run(call, { id, agent, note, at, announce, lines }) {
    const { principal, space, controller } = call;
    assertSeen(principal, space, id);
    const aloud = at === undefined && (announce ?? note !== undefined);
    const options: BeginOptions = {
      ...{ agent: agentOf(call, agent), announce: aloud },
      ...(note === undefined ? {} : { note }),
    };
    const draft = await controller.begin(id, options);
    if (at !== undefined && at !== draft.token.version) {
      const token = await tokenAt(call, draft.token, at);
      return { id: token.id, ...(await sealToken(call, token)) };
    }
    const sealed = { id: draft.token.id, ...(await sealToken(call, draft.token)) };
    // Who may write and not read gets a token to write with, and no look at what is there.
    if (!may(principal, 'read', space, id)) return sealed;
    const { head, content, token } = draft;
    const news = await call.service.sights.news(call, token.agent, token);
    call.service.sights.saw(call, token, lines);
    const others = announce === false ? undefined : await othersOf(call, draft);
    return {
      ...sealed,
      ...(head === undefined ? {} : { head }),
      ...(head === undefined || head.deleted ? {} : { etag: etagOf(token.epoch, head) }),
      ...(content === undefined ? {} : encodeContent(content)),
      ...(others === undefined ? {} : { others }),
      ...(news.length === 0 ? {} : { news }),
    };
  },
};
