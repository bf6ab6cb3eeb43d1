// What operations answer, as JSON Schema tells it. The shapes are those of the library; bytes are text or base64, tokens
// opaque strings. Answers may gain fields, so that these schemas do not refuse what they do not name.
import * as z from 'zod';
import { encodingField, optional } from './fields.ts';

const count = z.int().min(0);
const text = z.string();
const bytes = z.looseObject({ content: text, encoding: encodingField }).meta({ id: 'Bytes' });
const etag = text.meta({ description: 'Strong, for If-Match and If-None-Match.' });

export const tokenResult: z.ZodType = text.meta({
  id: 'Token',
  description: 'Proof of what was read: opaque, signed, bound to the key and the resource. Not secret, not a lock.',
});

const head = z
  .looseObject({
    ...{ resource: text, version: count, revision: count, born: count, hash: text },
    ...{ size: optional(count), mediaType: optional(text), agent: text, at: z.number(), deleted: z.boolean() },
  })
  .meta({ id: 'Head', description: 'The current version of a resource; a deleted one has a head too.' });
export const headResult: z.ZodType = head;

const written = z
  .looseObject({ resource: text, version: count, revision: count, hash: text })
  .meta({ id: 'Written', description: 'One resource that a commit wrote.' });

const region = z
  .looseObject({
    ...{ id: text, kind: text, at: z.looseObject({}), reason: optional(text) },
    ...{ base: optional(bytes), current: optional(bytes), proposed: optional(bytes) },
  })
  .meta({ id: 'Region', description: 'One place where two changes meet.' });

const packet = z
  .looseObject({
    ...{ resource: text, expected: z.looseObject({ version: count, revision: count, hash: text }) },
    actual: optional(head),
    between: z.array(z.looseObject({ agent: text, version: count, note: optional(text), at: z.number() })),
    ...{ regions: z.array(region), cleanRegions: count, reason: text },
  })
  .meta({
    id: 'Packet',
    description: 'What is needed to repair a refused change: what clashes, who moved it and why.',
  });

const receipt = z
  .looseObject({ engine: text, entries: z.array(z.looseObject({ action: text })) })
  .meta({ id: 'Receipt' });

const base = {
  commitId: text,
  replayed: optional(z.literal(true)),
  results: optional(z.array(written)),
};
const refused = { saved: z.literal(false) };
const where = { resource: text, version: count, revision: count, hash: text };

export const outcomeResult: z.ZodType = z
  .discriminatedUnion('status', [
    z.looseObject({ status: z.literal('committed'), ...base, ...where, token: tokenResult }),
    z.looseObject({ status: z.literal('unchanged'), ...base, head: optional(head), token: tokenResult }),
    z.looseObject({
      ...{ status: z.literal('merged'), ...base, ...where },
      ...{ content: optional(text), encoding: optional(encodingField), receipt: optional(receipt), token: tokenResult },
    }),
    z.looseObject({
      ...{ status: z.literal('conflict'), ...base, ...refused, packet, token: tokenResult },
      ...{ packets: optional(z.array(packet)), tokens: optional(z.array(tokenResult)) },
    }),
    z.looseObject({
      ...{ status: z.literal('retry'), ...base, ...refused, attempt: count, maxAttempts: count, packet },
      token: tokenResult,
    }),
    z.looseObject({ status: z.literal('rejected'), ...base, ...refused, reason: text, packet: optional(packet) }),
    z.looseObject({ status: z.literal('aborted'), ...base, ...refused, reason: text, packet: optional(packet) }),
    z.looseObject({
      status: z.literal('split'),
      ...base,
      resource: text,
      kept: written,
      copy: written,
      label: optional(text),
    }),
    z.looseObject({ status: z.literal('escalated'), ...base, conflictId: text, reason: text, packet }),
    z.looseObject({ status: z.literal('unknown'), ...base, resource: text }),
  ])
  .meta({ id: 'Outcome', description: 'What happened to a commit. `status` says which kind.' });

const openDraft = z
  .looseObject({
    ...{ id: text, resource: text, agent: text, note: optional(text), version: count, revision: count },
    ...{ at: z.number(), until: z.number() },
  })
  .meta({
    id: 'OpenDraft',
    description: 'What another agent has open, and what it said that it does. Advice, no lock.',
  });
export const openDraftResult: z.ZodType = openDraft;

const lines = z.looseObject({ from: count, to: count });
const news = z
  .looseObject({
    ...{ resource: text, from: count, to: count, deleted: z.boolean() },
    by: z.array(z.looseObject({ agent: text, note: optional(text) })),
    regions: z.array(z.looseObject({ base: lines, current: lines })),
  })
  .meta({ id: 'News', description: 'A resource that moved since you read it, where you look. Told once.' });

export const draftResult: z.ZodType = z
  .looseObject({
    ...{ id: text, token: tokenResult, etag: optional(etag), head: optional(head), expires: z.number() },
    ...{ content: optional(text), encoding: optional(encodingField), others: optional(z.array(openDraft)) },
    news: optional(z.array(news)),
  })
  .meta({ id: 'Draft', description: 'What was read, and the token to commit a change of it with.' });

export const contentResult: z.ZodType = z
  .looseObject({
    head,
    etag,
    content: optional(text),
    encoding: optional(encodingField),
    news: optional(z.array(news)),
  })
  .meta({ id: 'Content' });

export const versionResult: z.ZodType = z
  .looseObject({ head, commitId: text, outcome: text, note: optional(text), strategy: optional(text) })
  .meta({ id: 'Version', description: 'A version with what its commit said.' });

const side = z.looseObject({
  ...{ hash: text, deleted: z.boolean(), version: optional(count), revision: optional(count), agent: optional(text) },
  ...{ size: optional(count), content: optional(text), encoding: optional(encodingField) },
});

const claim = z.looseObject({ agent: text, at: z.number(), until: z.number() });
export const claimResult: z.ZodType = claim.meta({
  id: 'Claim',
  description: 'Who is deciding a conflict, and until when.',
});

const proposal = z.looseObject({ agent: text, at: z.number(), reason: text });
export const proposalResult: z.ZodType = proposal.meta({ id: 'Proposal' });

export const conflictResult: z.ZodType = z
  .looseObject({
    ...{ id: text, number: count, resource: text, state: z.enum(['open', 'resolved']), revision: count, etag },
    ...{
      base: optional(side),
      current: side,
      proposed: side,
      reason: text,
      regions: z.array(z.looseObject({ id: text })),
    },
    ...{ strategy: text, commitId: text, note: optional(text), openedAt: z.number() },
    resolution: optional(z.looseObject({ decision: text, agent: text, at: z.number() })),
    ...{ claim: optional(claim), proposals: optional(z.array(proposal)) },
    ...{ proposalCount: optional(count), declined: optional(z.literal(true)) },
    ...{ moved: optional(z.boolean()), inFlight: optional(count) },
  })
  .meta({ id: 'Conflict', description: 'Two changes that nobody may decide alone: the sides, who and why.' });

const strategySpec = z.union([text, z.looseObject({ strategy: text })]);

export const policyResult: z.ZodType = z
  .looseObject({
    rules: z.array(z.tuple([text, strategySpec])),
    default: optional(strategySpec),
    revision: count,
    etag,
  })
  .meta({ id: 'Policy', description: 'The first rule whose pattern matches decides, then the default.' });

export const explainResult: z.ZodType = z
  .looseObject({
    resource: text,
    strategy: strategySpec,
    source: text,
    pattern: optional(text),
    index: optional(count),
  })
  .meta({ id: 'PolicyMatch' });

const guard = z.looseObject({ resource: text, revision: count, hash: text });
export const entryResult: z.ZodType = z
  .looseObject({
    ...{ revision: count, cursor: text, agent: text, commitId: text, fingerprint: text, at: z.number() },
    ...{ heads: z.array(head), guards: z.array(guard), meta: z.looseObject({ outcome: text }) },
  })
  .meta({
    id: 'AuditEntry',
    description: 'One commit: what it compared, what it wrote, who, why and as which outcome.',
  });
export const auditHeadResult: z.ZodType = z
  .looseObject({ epoch: text, revision: count, cursor: text, trimmed: count })
  .meta({ id: 'AuditHead' });

export const statsResult: z.ZodType = z
  .looseObject({ totalResources: count, commits: count, open: count, revision: count })
  .meta({ id: 'Stats' });
export const landedResult: z.ZodType = z
  .looseObject({
    commitId: text,
    revision: count,
    outcome: text,
    results: z.array(written),
    conflictId: optional(text),
  })
  .meta({ id: 'CommitStatus' });

export const landedWrite: z.ZodType = z
  .looseObject({ ...where, etag, created: z.boolean(), replayed: optional(z.literal(true)) })
  .meta({
    id: 'LandedWrite',
    description: 'What a conditional write came to; the ETag is here too, should a proxy weaken it.',
  });

export const positionResult: z.ZodType = z
  .looseObject({ epoch: text, revision: count, cursor: text })
  .meta({ id: 'Position' });

export const makingResult: z.ZodType = z
  .looseObject({
    ...{ commitId: text, outcome: text, merged: z.boolean(), strategy: optional(text), note: optional(text) },
    ...{ base: optional(count), receipt: optional(receipt), sent: optional(bytes) },
  })
  .meta({ id: 'Making', description: 'How a version was made; a merge with its receipt.' });

export const recordedResult: z.ZodType = z
  .looseObject({
    ...{ id: text, engine: text, region: text, choice: z.looseObject({}), agent: text, at: z.number() },
    ...{ resource: text, conflictId: text, revision: count, reason: optional(text) },
  })
  .meta({ id: 'RecordedDecision', description: 'A decision that is kept for conflicts of the same texts.' });
export const forgottenResult: z.ZodType = z
  .looseObject({ status: z.enum(['forgotten', 'unknown']), commitId: text, ids: optional(z.array(text)) })
  .meta({ id: 'Forgotten' });

/** A page of items; `next` is absent on the last one. */
export function pageResult(item: z.ZodType): z.ZodType {
  return z.looseObject({ items: z.array(item), next: optional(text) });
}
