// What the parts of a store check share: the store and its replay, and what is wrong with a content.
import { hashOf } from '../core/hash.ts';
import type { StoreFinding } from '../core/report.ts';
import type { Space } from '../core/resource.ts';
import { type Head, hasContent } from '../core/version.ts';
import type { Store } from '../stores/store.ts';
import { createReplay, type Replay, shown } from './replay.ts';

/** The log was trimmed under the reader: what it was about to look at is rightly gone. */
export class TrimmedMeanwhile extends Error {}

export interface StoreCheck {
  readonly store: Store;
  readonly space: Space;
  readonly trimmed: number;
  readonly replay: Replay;
  readonly tally: { contents: number; conflicts: number };
}

export function createStoreCheck(store: Store, space: Space, trimmed: number): StoreCheck {
  const replay = createReplay({
    trimmed,
    gapless: store.capabilities.gapless,
    prior: async (resource, version) =>
      (await store.history(space, resource, { after: String(version), limit: 1 })).items[0]?.head,
  });
  return { store, space, trimmed, replay, tally: { contents: 0, conflicts: 0 } };
}

/** A fault, unless the trim point has moved since the check began: then what is missing may be rightly gone. */
export async function unlessTrimmed(check: StoreCheck, finding: StoreFinding): Promise<StoreFinding> {
  if ((await check.store.read(check.space, [])).trimmed > check.trimmed) throw new TrimmedMeanwhile();
  return finding;
}

/** What is wrong with a content, in words. */
export async function contentFault(
  check: StoreCheck,
  hash: string,
  size: number | undefined,
  where: string,
): Promise<string | undefined> {
  const bytes = await check.store.content(hash);
  if (bytes === undefined) return `The content ${shown(hash)} of ${where} is missing.`;
  if (hashOf(bytes) !== hash) return `The content ${shown(hash)} of ${where} has other bytes than its hash says.`;
  if (size !== undefined && bytes.length !== size) return `${where} has ${bytes.length} bytes, not ${size}.`;
  return undefined;
}

export async function headFault(check: StoreCheck, head: Head): Promise<StoreFinding | undefined> {
  const { resource, version, revision, hash, size } = head;
  const message = await contentFault(check, hash, size, `${resource} version ${version}`);
  return message === undefined ? undefined : unlessTrimmed(check, { rule: 'content', message, revision, resource });
}

export async function checkHeadContent(check: StoreCheck, head: Head): Promise<StoreFinding | undefined> {
  if (!hasContent(head)) return undefined;
  const finding = await headFault(check, head);
  check.tally.contents += 1;
  return finding;
}
