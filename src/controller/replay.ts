// A commit that landed before gives its first answer again, from what the log kept (rule A6).
import { EntenteError, invariant } from '../core/errors.ts';
import type { Merged, Outcome } from '../core/outcome.ts';
import type { AgentId, ResourceId } from '../core/resource.ts';
import { type Head, type Written, writtenOf } from '../core/version.ts';
import type { LogEntry } from '../stores/store.ts';
import { packetOfConflict, readConflict } from './conflicts.ts';
import { type Context, tokenOn } from './context.ts';
import { parseReceipt } from './kept-receipt.ts';

/** For whom the answer is given again: the token's facts that a fresh token needs. */
export interface Asker {
  readonly resource: ResourceId;
  readonly agent: AgentId;
  readonly epoch: string;
  readonly many?: boolean;
}

export async function replay(context: Context, entry: LogEntry, asker: Asker): Promise<Outcome> {
  const { meta, commitId } = entry;
  const common = { commitId, replayed: true } as const;
  switch (meta.outcome) {
    case 'committed':
    case 'merged':
      return landed(context, entry, asker);
    case 'split': {
      const { kept, copy: there, label } = meta.extra as { kept: Written; copy: Written; label?: string };
      const made = entry.heads[0];
      const copy = made === undefined ? there : writtenOf(made);
      return {
        status: 'split',
        ...common,
        resource: asker.resource,
        kept,
        copy,
        ...(label === undefined ? {} : { label }),
      };
    }
    case 'escalated': {
      const conflict = await readConflict(context, meta.conflictId ?? '');
      invariant(conflict !== undefined, 'an escalation without its conflict record');
      const packet = await packetOfConflict(context, conflict);
      return { status: 'escalated', ...common, conflictId: conflict.id, reason: conflict.reason, packet };
    }
    case 'aborted':
      return { status: 'aborted', ...common, saved: false, reason: meta.reason ?? 'aborted' };
    case 'unchanged':
    case 'recorded': {
      const head = (meta.extra?.['head'] as Head | undefined) ?? undefined;
      const token = tokenOn(context, asker.resource, asker.agent, head, factsOf(context, entry, asker));
      return { status: 'unchanged', ...common, token, ...(head === undefined ? {} : { head }) };
    }
  }
}

function factsOf(context: Context, entry: LogEntry, asker: Asker): { epoch: string; asOf: number; at: number } {
  return { epoch: asker.epoch, asOf: entry.revision, at: context.clock() };
}

async function landed(context: Context, entry: LogEntry, asker: Asker): Promise<Outcome> {
  // Of a set the first answer told one write: its first merged one, else its first.
  const about = asker.many === true ? (entry.meta.extra?.['resource'] ?? asker.resource) : asker.resource;
  const head = entry.heads.find((written) => written.resource === about) ?? entry.heads[0];
  invariant(head !== undefined, 'a landed commit without a head');
  const token = tokenOn(context, head.resource, asker.agent, head, factsOf(context, entry, asker));
  const results = asker.many === true ? { results: entry.heads.map(writtenOf) } : {};
  const common = { commitId: entry.commitId, replayed: true, ...results } as const;
  if (entry.meta.outcome === 'committed') return { status: 'committed', ...writtenOf(head), ...common, token };
  const { resolvedBy } = entry.meta;
  const by = resolvedBy === undefined ? {} : { resolvedBy };
  return {
    status: 'merged',
    ...writtenOf(head),
    ...common,
    ...(await mergedParts(context, entry, head)),
    token,
    ...by,
  };
}

async function mergedParts(
  context: Context,
  entry: LogEntry,
  head: Head,
): Promise<Pick<Merged, 'content' | 'receipt'>> {
  const content = head.deleted ? new Uint8Array() : await context.store.content(head.hash);
  const kept = entry.meta.receipt === undefined ? undefined : await context.store.content(entry.meta.receipt);
  if (content === undefined) {
    throw new EntenteError(
      'gone',
      `The merged content of ${head.resource} (version ${head.version}) is no longer kept.`,
      {
        next: 'Read the resource: the merge landed.',
      },
    );
  }
  return { content, receipt: kept === undefined ? { engine: 'unknown', entries: [] } : parseReceipt(kept) };
}
