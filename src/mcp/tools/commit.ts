// `entente_commit`: compare and save. The token's id is the commit's, so that the same call under another request id is
// the same commit.
import type { InputRequiredResult } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { perform } from '../../service/operation.ts';
import { commit } from '../../service/operations/commit.ts';
import { changeShape, type WireChange } from '../../service/schemas/change.ts';
import { noteField, tokenField } from '../../service/schemas/fields.ts';
import { openToken } from '../../service/tokens.ts';
import type { WireOutcome } from '../../service/wire.ts';
import type { Answer } from '../answer.ts';
import { askPerson } from '../ask.ts';
import { outcomeAnswer } from '../outcomes.ts';
import { packToken, unpackToken } from '../tokens.ts';
import { defineTool, type Exchange, outputOf, type Tool, WRITES } from '../tool.ts';

interface CommitInput {
  readonly token: string;
  readonly content?: string | undefined;
  readonly edits?: WireChange['edits'] | undefined;
  readonly json_patch?: WireChange['jsonPatch'] | undefined;
  readonly append?: string | undefined;
  readonly note?: string | undefined;
}

/** What the operation takes: the same under its own names, without what was left out. */
function inputOf({ json_patch, ...rest }: CommitInput): object {
  const given = Object.entries({ ...rest, jsonPatch: json_patch });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

/**
 * A token to make a refused change anew from. The comparison alone gives it, and it remembers what was refused: to send
 * the same content again with it overwrites nobody.
 */
async function freshToken({ call }: Exchange, input: object, outcome: WireOutcome): Promise<string | undefined> {
  if (outcome.status !== 'rejected' || outcome.packet === undefined) return undefined;
  const compared = await perform(commit, call, { ...input, resolve: false });
  return compared.status === 'conflict' ? compared.token : undefined;
}

async function run(exchange: Exchange, given: CommitInput): Promise<Answer | InputRequiredResult> {
  const { call } = exchange;
  const sealed = await unpackToken(call, given.token);
  const { resource } = await openToken(call, sealed);
  const input = { ...inputOf(given), token: sealed };
  const outcome = await perform(commit, call, input);
  const settled = outcome.status === 'escalated' ? await askPerson(exchange, outcome, resource) : undefined;
  if (settled !== undefined) return settled;
  const fresh = 'token' in outcome ? outcome.token : await freshToken(exchange, input, outcome);
  const token = fresh === undefined ? undefined : await packToken(call, fresh);
  return outcomeAnswer(outcome, { id: resource, now: call.service.clock(), token });
}

const output = outputOf(
  [
    'committed',
    'unchanged',
    'merged',
    'kept_both',
    'escalated',
    'conflict',
    'rejected',
    'aborted',
    'unknown',
    'decided',
  ],
  {
    id: z.string().optional(),
    saved: z.boolean().optional(),
    version: z.number().optional(),
    token: z.string().optional().meta({ description: 'For the next call.' }),
    conflict_id: z.string().optional(),
    decision: z.string().optional(),
    attempts_left: z.number().optional(),
    clean_hunks: z.number().optional(),
    untrusted: z.unknown().optional(),
    warning: z.string().optional(),
  },
);

export const commitTool: Tool = defineTool<CommitInput>({
  name: 'entente_commit',
  title: 'Save a change',
  description:
    'Save a change of what entente_read returned. Give its token and exactly one of content, edits, json_patch, append. Safe to repeat. Changes of others are merged or reported: then the result says exactly what to do. Every success returns the token for your next change.',
  hints: WRITES,
  input: z.strictObject({
    token: tokenField,
    content: z.string().optional().meta({ description: 'The whole new content.' }),
    edits: z
      .array(z.strictObject({ old: z.string(), new: z.string() }))
      .max(10_000)
      .optional()
      .meta({ description: 'Replacements; each old text occurs exactly once.' }),
    json_patch: changeShape.jsonPatch.unwrap().optional().meta({ description: 'RFC 6902.' }),
    append: z.string().optional().meta({ description: 'Put at the end.' }),
    note: noteField.optional(),
  }),
  output,
  run,
});
