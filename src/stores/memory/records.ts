// Records of one space: small guarded values by kind and id, with counts and lists by state.
import type { Page, PageRequest } from '../../core/page.ts';
import { type RecordPlace, recordPlace } from '../check.ts';
import type { RecordWrite, StoredRecord } from '../store.ts';

interface Table {
  readonly byId: Map<string, StoredRecord>;
  readonly byState: Map<string, Map<string, StoredRecord>>;
}

export class Records {
  readonly #tables = new Map<string, Table>();

  get(kind: string, id: string): StoredRecord | undefined {
    return this.#tables.get(kind)?.byId.get(id);
  }

  count(kind: string, state: string): number {
    return this.#tables.get(kind)?.byState.get(state)?.size ?? 0;
  }

  /** Answers what was there before. */
  put(write: RecordWrite, revision: number): StoredRecord | undefined {
    let table = this.#tables.get(write.kind);
    if (table === undefined) {
      table = { byId: new Map(), byState: new Map() };
      this.#tables.set(write.kind, table);
    }
    const before = table.byId.get(write.id);
    if (before?.state !== undefined) table.byState.get(before.state)?.delete(write.id);
    if (write.value === null) {
      table.byId.delete(write.id);
      return before;
    }
    const record: StoredRecord = {
      kind: write.kind,
      id: write.id,
      value: structuredClone(write.value),
      revision,
      created: before?.created ?? revision,
      ...(write.state === undefined ? {} : { state: write.state }),
    };
    table.byId.set(write.id, record);
    if (record.state !== undefined) {
      let members = table.byState.get(record.state);
      if (members === undefined) {
        members = new Map();
        table.byState.set(record.state, members);
      }
      members.set(record.id, record);
    }
    return before;
  }

  page(kind: string, state: string | undefined, page: PageRequest): Page<StoredRecord> {
    const after = page.after === undefined ? undefined : recordPlace(page.after);
    const table = this.#tables.get(kind);
    const members = state === undefined ? table?.byId : table?.byState.get(state);
    if (members === undefined) return { items: [] };
    const limit = page.limit ?? 100;
    const found = [...members.values()].filter((record) => after === undefined || comparePlaces(record, after) > 0);
    found.sort(comparePlaces);
    const items = found.slice(0, limit);
    const last = items.at(-1);
    return found.length > limit && last !== undefined ? { items, next: `${last.created}:${last.id}` } : { items };
  }
}

function comparePlaces(left: RecordPlace, right: RecordPlace): number {
  if (left.created !== right.created) return left.created - right.created;
  return left.id < right.id ? -1 : left.id > right.id ? 1 : 0;
}
