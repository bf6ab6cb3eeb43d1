// The audit as the text of a table, for spreadsheets.
import { csvLine } from '../csv.ts';
import type { Call } from '../operation.ts';
import { type AuditEntry, assertAudit, visibleEntry } from './audit.ts';

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
      const seen = page.items.map((entry) => visibleEntry(call, entry)).filter((entry) => entry !== undefined);
      yield seen.map(rowsOf).join('');
      next = page.next;
    } while (next !== undefined);
  })();
}
