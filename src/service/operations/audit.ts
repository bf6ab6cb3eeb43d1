// The audit is the log of the space: who did what, on what grounds, as which outcome. It holds no content.
import * as z from 'zod';
import type { Page } from '../../core/page.ts';
import type { LogEntry } from '../../stores/store.ts';
import type { Call, Operation } from '../operation.ts';
import { lacking, may, mayAll, mayAny } from '../rights.ts';
import { cursorField, limitField, optional } from '../schemas/fields.ts';
import { entryResult, pageResult } from '../schemas/results.ts';
import { shownCommitId } from '../wire.ts';

export interface AuditEntry extends LogEntry {
  /** To go on from, here and in the feed. */
  readonly cursor: string;
}

export interface AuditInput {
  /** Of an entry, of a feed item, or the `next` of a page; from the oldest entry that is kept, unless said. */
  readonly cursor?: string;
  readonly limit?: number;
}

/** The part of an entry that concerns what the principal may audit; undefined where that is nothing. */
export function visibleEntry(call: Call, entry: AuditEntry): AuditEntry | undefined {
  const commitId = shownCommitId(call, entry.commitId);
  const { principal, space } = call;
  if (mayAll(principal, 'audit', space)) return { ...entry, commitId };
  const sees = (resource: string): boolean => may(principal, 'audit', space, resource);
  const heads = entry.heads.filter(({ resource }) => sees(resource));
  const guards = entry.guards.filter(({ resource }) => sees(resource));
  if (heads.length === 0 && guards.length === 0) return undefined;
  // What is said of the whole commit may speak of what may not be seen.
  const { outcome, note, strategy } = entry.meta;
  const meta = {
    outcome,
    ...(note === undefined ? {} : { note }),
    ...(strategy === undefined ? {} : { strategy }),
  };
  return { ...entry, commitId, heads, guards, meta };
}

export function assertAudit(call: Call): void {
  if (!mayAny(call.principal, 'audit', call.space)) throw lacking('audit', '**');
}

export const audit: Operation<AuditInput, Page<AuditEntry>> = {
  name: 'audit',
  summary: 'The log of the space, oldest first: every commit with what it compared, wrote and came to.',
  input: z.strictObject({ cursor: optional(cursorField), limit: optional(limitField) }).meta({ id: 'AuditInput' }),
  output: pageResult(entryResult),
  async run(call, { cursor, limit = 100 }) {
    assertAudit(call);
    const page = await call.controller.log(cursor, { limit });
    const items = page.items.map((entry) => visibleEntry(call, entry)).filter((entry) => entry !== undefined);
    return page.next === undefined ? { items } : { items, next: page.next };
  },
};
