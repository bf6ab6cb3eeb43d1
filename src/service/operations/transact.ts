// `transact`: several resources in one commit, all or nothing, with premises.
import * as z from 'zod';
import { setId } from '../../controller/transaction.ts';
import { EntenteError } from '../../core/errors.ts';
import type { AgentId } from '../../core/resource.ts';
import { once } from '../once.ts';
import { agentOf, behind, type Call, type Operation } from '../operation.ts';
import { assertSeen, lacking, may } from '../rights.ts';
import { changeOf, changeShape, type WireChange } from '../schemas/change.ts';
import { agentField, commitIdField, noteField, optional, tokenField } from '../schemas/fields.ts';
import { outcomeResult } from '../schemas/results.ts';
import { openToken } from '../tokens.ts';
import { keptCommitId, outcomeFor, type WireOutcome } from '../wire.ts';
import { assertWrite } from './commit.ts';

export interface TransactInput {
  readonly writes: readonly (WireChange & { readonly token: string })[];
  /** Tokens of premises. */
  readonly reads?: readonly string[];
  readonly agent?: AgentId;
  readonly note?: string;
  readonly commitId?: string;
}

const MAX_PARTS = 100;

async function run(call: Call, input: TransactInput): Promise<WireOutcome> {
  const { note, commitId } = input;
  const writes = await Promise.all(
    input.writes.map(async ({ token: text, ...wire }) => {
      const token = await openToken(call, text);
      // The policy of each part may decide it, so that who may only append is not let in.
      if (assertWrite(call, token.resource, wire) === 'append-only') throw lacking('commit', token.resource);
      return { token, change: changeOf(wire) };
    }),
  );
  const reads = await Promise.all((input.reads ?? []).map((text) => openToken(call, text)));
  for (const { resource } of reads) assertSeen(call.principal, call.space, resource);
  const [first] = writes;
  if (first === undefined) throw new EntenteError('misuse', 'A transaction has at least one write.');
  const { principal } = call;
  const isOwn = commitId === undefined || commitId === setId(writes.map(({ token }) => token.id));
  const agent = input.agent === undefined ? first.token.agent : agentOf(call, input.agent);
  const outcome = await call.controller.transact({
    ...{ agent, writes, reads },
    ...(note === undefined ? {} : { note }),
    ...(isOwn ? {} : { commitId: keptCommitId(call, commitId) }),
    ...behind(call, agent),
    mayApply: (resource) => may(principal, 'read', call.space, resource),
  });
  return outcomeFor(call, outcome);
}

export const transact: Operation<TransactInput, WireOutcome> = {
  name: 'transact',
  summary: 'Change several resources in one commit: all of them, or none.',
  input: z
    .strictObject({
      writes: z
        .array(z.strictObject({ token: tokenField, ...changeShape }))
        .min(1)
        .max(MAX_PARTS),
      reads: optional(z.array(tokenField).max(MAX_PARTS)),
      ...{ agent: optional(agentField), note: optional(noteField), commitId: optional(commitIdField) },
    })
    .meta({ id: 'TransactInput' }),
  output: outcomeResult,
  run: (call, input) => once(call, input.commitId, () => run(call, input)),
};
