// The part of the log that somebody looks at. Revisions are numbered without gaps, and a cursor names one: so that any
// place of a long log is one request away, and what was looked at long ago is forgotten.
import type { LogEntry, LogReach } from '../../api/log.ts';

const PAGE = 200;
const KEPT_PAGES = 40;

export interface LogWindow {
  /** The entry; null where there is none for this key; undefined until it has come. */
  entry(revision: number): LogEntry | null | undefined;
  /** Fetches what this revision is among; what was asked for last is fetched first. */
  want(revision: number): void;
  /** Ends what is under way. */
  close(): void;
}

export interface LogWindowOptions {
  readonly reach: LogReach;
  /** Entries after a cursor, oldest first. */
  readonly load: (cursor: string, limit: number) => Promise<readonly LogEntry[]>;
  readonly onChange: () => void;
  readonly onFault: (error: unknown) => void;
}

const pageOf = (revision: number): number => Math.floor((revision - 1) / PAGE);

export function createLogWindow({ reach, load, onChange, onFault }: LogWindowOptions): LogWindow {
  const pages = new Map<number, ReadonlyMap<number, LogEntry>>();
  let wanted: number[] = [];
  let busy = false;
  let closed = false;

  const fetchPage = async (page: number): Promise<void> => {
    const after = Math.max(page * PAGE, reach.trimmed);
    const entries = await load(`${reach.epoch}:${after}`, PAGE);
    pages.set(page, new Map(entries.map((entry) => [entry.revision, entry])));
    const [oldest] = pages.keys();
    if (pages.size > KEPT_PAGES && oldest !== undefined) pages.delete(oldest);
  };

  /** One after another, the newest wish first; what was scrolled past is not fetched. */
  const work = async (): Promise<void> => {
    busy = true;
    try {
      for (let page = wanted.pop(); page !== undefined && !closed; page = wanted.pop()) {
        await fetchPage(page);
        if (!closed) onChange();
      }
    } catch (error) {
      wanted = [];
      if (!closed) onFault(error);
    } finally {
      busy = false;
    }
  };

  return {
    entry(revision) {
      const page = pages.get(pageOf(revision));
      return page === undefined ? undefined : (page.get(revision) ?? null);
    },
    want(revision) {
      const page = pageOf(revision);
      if (closed || pages.has(page)) return;
      wanted = [...wanted.filter((one) => one !== page), page].slice(-3);
      if (!busy) void work();
    },
    close() {
      closed = true;
    },
  };
}
