// What became of every acknowledgement: looked for in the log, which is then replayed by code that trusts neither the
// store nor the controller.
import type { Space } from '../../src/core/resource.ts';
import type { LogEntry, Store } from '../../src/stores/store.ts';
import { verifyStore } from '../../src/verify/index.ts';
import { type Tally, Violation } from './frame.ts';

/** A commit that somebody was told has landed. */
export interface Ack {
  readonly agent: string;
  readonly commitId: string;
  /** As it was told; undefined where only that it landed was told. */
  readonly revision?: number;
}

export async function wholeLog(store: Store, space: Space): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  let after = (await store.read(space, [])).trimmed;
  for (;;) {
    const page = await store.log(space, after, 1000);
    if (page.status === 'gone') throw new Violation(`The log is gone before revision ${page.oldest}.`);
    if (page.entries.length === 0) return entries;
    // Not spread: a page of many entries would be that many arguments.
    for (const entry of page.entries) entries.push(entry);
    after = page.entries.at(-1)?.revision ?? after;
  }
}

/** Adds what is lost, doubled or missing to the tally, and throws where anything is. */
export async function audit(store: Store, space: Space, acks: readonly Ack[], tally: Tally): Promise<void> {
  const entries = await wholeLog(store, space);
  const { trimmed } = await store.read(space, []);
  const found = new Map<string, LogEntry>();
  let [lost, doubled, gaps] = [0, 0, 0];
  let last = trimmed;
  for (const entry of entries) {
    const key = `${entry.agent}/${entry.commitId}`;
    if (found.has(key)) doubled += 1;
    found.set(key, entry);
    if (store.capabilities.gapless && entry.revision !== last + 1) gaps += entry.revision - last - 1;
    last = entry.revision;
  }
  for (const { agent, commitId, revision } of acks) {
    if (revision !== undefined && revision <= trimmed) continue;
    const entry = found.get(`${agent}/${commitId}`);
    if (entry === undefined || (revision !== undefined && entry.revision !== revision)) lost += 1;
  }
  tally.acknowledged += acks.length;
  tally.lost += lost;
  tally.doubled += doubled;
  tally.gaps += gaps;
  if (lost + doubled + gaps > 0) throw new Violation(`${lost} lost, ${doubled} doubled, ${gaps} gaps in the log.`);
  const { first } = await verifyStore(store, space);
  if (first !== undefined) throw new Violation(`The replay of the log: ${first.message}`);
}
