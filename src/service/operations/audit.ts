// The audit is the log of the space: who did what, on what grounds, as which outcome. It holds no content.
import * as z from 'zod';
import type { Page } from '../../core/page.ts';
import type { LogEntry } from '../../stores/store.ts';
import { csvLine } from '../csv.ts';
import type { Call, Operation } from '../operation.ts';
import { lacking, may, mayAll, mayAny } from '../rights.ts';
import { cursorField, limitField, optional } from '../schemas/fields.ts';
import { auditHeadResult, entryResult, pageResult } from '../schemas/results.ts';
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
function visible(call: Call, entry: AuditEntry): AuditEntry | undefined {
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

function assertAudit(call: Call): void {
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
    const items = page.items.map((entry) => visible(call, entry)).filter((entry) => entry !== undefined);
    return page.next === undefined ? { items } : { items, next: page.next };
  },
};

const COLUMNS = [
  ...['revision', 'time', 'agent', 'principal', 'outcome', 'strategy', 'resource', 'from_version', 'to_version'],
  ...['hash', 'deleted', 'conflict', 'note', 'reason', 'commit_id'],
];

/** A row for each version that an entry wrote, and one for an entry that wrote none. */
function rowsOf(entry: AuditEntry): string {
  const { revision, at, agent, meta, heads, commitId } = entry;
  const about = meta.extra?.['resource'];
  const wrote = heads.length === 0 ? [undefined] : heads;
  const rows = wrote.map((head) =>
    csvLine([
      ...[revision, new Date(at).toISOString(), agent, meta.principal, meta.outcome, meta.strategy],
      ...[head?.resource ?? (typeof about === 'string' ? about : undefined), head && head.version - 1, head?.version],
      ...[head?.hash, head && String(head.deleted), meta.conflictId, meta.note, meta.reason, commitId],
    ]),
  );
  return rows.join('');
}

const EXPORT_PAGE = 500;

/** The whole audit, or what comes after a cursor, as the text of a table, page by page; `forbidden` before the first. */
export function exportAudit(call: Call, cursor: string | undefined): AsyncGenerator<string> {
  assertAudit(call);
  return (async function* () {
    yield csvLine(COLUMNS);
    let next = cursor;
    do {
      const page = await call.controller.log(next, { limit: EXPORT_PAGE });
      const seen = page.items.map((entry) => visible(call, entry)).filter((entry) => entry !== undefined);
      yield seen.map(rowsOf).join('');
      next = page.next;
    } while (next !== undefined);
  })();
}

export interface AuditHead {
  readonly epoch: string;
  readonly revision: number;
  /** The cursor of the newest entry: what comes after it is new. */
  readonly cursor: string;
  /** Entries up to here are gone. */
  readonly trimmed: number;
}

export const auditHead: Operation<object, AuditHead> = {
  name: 'audit-head',
  summary: 'How far the log of the space reaches.',
  input: z.strictObject({}).meta({ id: 'AuditHeadInput' }),
  output: auditHeadResult,
  async run(call) {
    assertAudit(call);
    const { epoch, revision, trimmed } = await call.service.store.read(call.space, []);
    return { epoch, revision, cursor: `${epoch}:${revision}`, trimmed };
  },
};
