// `head`: what a resource is now or was at a version, as a program wants it: tombstones too, and the content only when it
// is asked for.
import * as z from 'zod';
import type { AgentId, ResourceId } from '../../core/resource.ts';
import { encodeContent } from '../../core/wire.ts';
import { agentOf, type Operation } from '../operation.ts';
import { agentField, countField, flagField, optional, resourceField } from '../schemas/fields.ts';
import { contentResult } from '../schemas/results.ts';
import { look, lookAt, noResource, type WireRead } from './read.ts';

export interface HeadInput {
  readonly id: ResourceId;
  readonly version?: number;
  /** With the content. @default false */
  readonly content?: boolean;
  /** Who asks: told of what moved of what it read before. @default nobody, who is told nothing */
  readonly agent?: AgentId;
}

export const head: Operation<HeadInput, WireRead> = {
  name: 'head',
  summary: 'The head of a resource as JSON, now or at a version; a deleted one too. With its content where asked.',
  input: z
    .strictObject({
      id: resourceField,
      agent: optional(agentField),
      ...{ version: optional(countField(1, Number.MAX_SAFE_INTEGER)), content: optional(flagField) },
    })
    .meta({ id: 'HeadInput' }),
  output: contentResult,
  async run(call, { id, version, content = false, agent }) {
    const found = version === undefined ? await look(call, id) : await lookAt(call, id, version);
    if (found === undefined) throw noResource(id);
    const news = agent === undefined ? [] : await call.service.sights.news(call, agentOf(call, agent));
    const bytes = content ? await found.content() : undefined;
    return {
      ...{ head: found.head, etag: found.etag },
      ...(bytes === undefined ? {} : encodeContent(bytes)),
      ...(news.length === 0 ? {} : { news }),
    };
  },
};
