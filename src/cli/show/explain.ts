// Why a merged version is as it is: its receipt, region by region, with who stands behind each, what they said of it, and
// the text itself.
import type { Controller } from '../../controller/types.ts';
import { EntenteError } from '../../core/errors.ts';
import type { Note, Receipt, ReceiptEntry } from '../../core/receipt.ts';
import type { RecordedUse } from '../../core/recorded.ts';
import type { Head } from '../../core/version.ts';
import { createLocator, type Located, type Locator } from '../../merge/locate.ts';
import type { VersionEntry } from '../../stores/store.ts';
import type { Insight } from '../place/insight.ts';
import { cleanName, idWord } from '../shell/text.ts';

/** Somebody whose change went into the merge. */
export interface Author {
  readonly agent: string;
  /** Absent for the change that came in: its version is the merge. */
  readonly version?: number;
  readonly note?: string;
}

export interface ExplainedRegion {
  readonly action: ReceiptEntry['action'];
  readonly by: readonly ('current' | 'proposed')[];
  /** Lines, 0-based and half-open, or a pointer: where it stands in base and result. `from`: in the side named. */
  readonly base?: readonly [number, number];
  readonly result?: readonly [number, number];
  readonly from?: readonly [number, number];
  readonly pointer?: string;
  /** In words: who did it, and what they said of it. */
  readonly why: string;
  /** What stands there; for `removed` what stood in the base. Absent where that version is not kept. */
  readonly text?: Uint8Array;
}

export interface Explanation {
  readonly head: Head;
  readonly engine: string;
  readonly strategy?: string;
  readonly commitId: string;
  /** The version that both sides started from; 0: nothing. Absent where the log does not say. */
  readonly base?: number;
  readonly current: readonly Author[];
  readonly proposed: Author;
  /** The places that were settled as they had been decided before. */
  readonly recorded?: readonly RecordedUse[];
  /** What the engine said of the merge. */
  readonly notes?: readonly Note[];
  readonly regions: readonly ExplainedRegion[];
}

const PAGE = 100;

/** Explains a version; `not-found` where no merge made it, `gone` where its entry or its receipt is no longer kept. */
export async function explainVersion(
  { controller, insight }: { readonly controller: Controller; readonly insight: Pick<Insight, 'making'> },
  head: Head,
  content: Uint8Array | undefined,
): Promise<Explanation> {
  const making = await insight.making(head);
  if (making === undefined) throw gone(head);
  if (!making.merged) {
    throw new EntenteError(
      'not-found',
      `${cleanName(head.resource)} v${head.version} is no merge: ${cleanName(head.agent)} ${making.outcome} it as it is.`,
      { next: `entente log ${idWord(head.resource)}` },
    );
  }
  const { base, commitId, note, receipt, sent, strategy } = making;
  if (receipt === undefined) throw gone(head);
  const sides = {
    base: await contentAt(controller, head, base),
    current: await contentAt(controller, head, head.version - 1),
    proposed: sent,
    result: content,
  };
  const proposed: Author = { agent: head.agent, ...(note === undefined ? {} : { note }) };
  const current = await authorsBetween(controller, head, base);
  return {
    head,
    engine: receipt.engine,
    ...(strategy === undefined ? {} : { strategy }),
    commitId,
    ...(base === undefined ? {} : { base }),
    current,
    proposed,
    ...(receipt.recorded === undefined ? {} : { recorded: receipt.recorded }),
    ...(receipt.notes === undefined ? {} : { notes: receipt.notes }),
    regions: explainRegions(receipt, sides, { current, proposed: [proposed] }),
  };
}

function gone(head: Head): EntenteError {
  return new EntenteError('gone', `How ${cleanName(head.resource)} v${head.version} was made is no longer kept.`, {
    next: `entente show ${idWord(head.resource)}`,
  });
}

async function contentAt(
  controller: Controller,
  { resource }: Head,
  version: number | undefined,
): Promise<Uint8Array | undefined> {
  if (version === undefined || version < 1) return undefined;
  // A version that was trimmed meanwhile takes its text with it, and not the explanation.
  return (await controller.read(resource, { version }).catch(() => undefined))?.content;
}

/** Who changed the resource after the base and before the merge, oldest first. */
async function authorsBetween(
  controller: Controller,
  { resource, version }: Head,
  base: number | undefined,
): Promise<readonly Author[]> {
  const first = base ?? version - 2;
  const found: VersionEntry[] = [];
  let after: string | undefined = String(version);
  while (after !== undefined) {
    const { items, next }: Awaited<ReturnType<Controller['history']>> = await controller.history(resource, {
      after,
      limit: PAGE,
    });
    found.push(...items.filter(({ head }) => head.version > first));
    after = items.some(({ head }) => head.version <= first) ? undefined : next;
  }
  return found
    .reverse()
    .map(({ head, note }) => ({ agent: head.agent, version: head.version, ...(note === undefined ? {} : { note }) }));
}

interface Contents {
  readonly base: Uint8Array | undefined;
  readonly current: Uint8Array | undefined;
  readonly proposed: Uint8Array | undefined;
  readonly result: Uint8Array | undefined;
}

type Authors = { readonly [side in 'current' | 'proposed']: readonly Author[] };

function explainRegions(receipt: Receipt, contents: Contents, authors: Authors): readonly ExplainedRegion[] {
  const locator = (content: Uint8Array | undefined): Locator | undefined =>
    content === undefined ? undefined : createLocator(receipt, content, contents.result ?? content);
  const places = {
    base: locator(contents.base),
    current: locator(contents.current),
    proposed: locator(contents.proposed),
    result: locator(contents.result),
  };
  const found = receipt.entries.map((entry): Found => {
    const located = locate(entry, places);
    const { action, by, base, result, from, pointer } = entry;
    const region: ExplainedRegion = {
      action,
      by,
      ...(base === undefined ? {} : { base }),
      ...(result === undefined ? {} : { result }),
      ...(from === undefined ? {} : { from }),
      ...(pointer === undefined ? {} : { pointer }),
      why: whyOf(entry, authors),
      ...(located === undefined ? {} : { text: located.text }),
    };
    return { region, start: located?.start ?? 0 };
  });
  // Lines come in order. Places of a structure do not: the two halves of one belong together, in the document's order.
  const [lines, members] = [found.filter(isOfLines), found.filter((each) => !isOfLines(each))];
  const starts = new Map(members.map(({ region, start }) => [region.pointer, start]));
  const startOf = ({ region }: Found): number => starts.get(region.pointer) ?? 0;
  return [...members.sort((a, b) => startOf(a) - startOf(b)), ...lines].map(({ region }) => region);
}

interface Found {
  readonly region: ExplainedRegion;
  readonly start: number;
}

function isOfLines({ region }: Found): boolean {
  return region.pointer === undefined;
}

function locate(
  { action, by, base, result, from, pointer }: ReceiptEntry,
  places: { readonly [name in keyof Contents]: Locator | undefined },
): Located | undefined {
  // What proposed sent is kept only where a recorded decision left some of it out.
  const own = action === 'dropped' ? places[by[0] ?? 'current'] : undefined;
  const side = action === 'removed' ? places.base : action === 'dropped' ? own : places.result;
  if (pointer !== undefined) return pointer === '' && action === 'kept' ? undefined : side?.pointer(pointer);
  const range = action === 'removed' ? base : action === 'dropped' ? from : result;
  return range === undefined ? undefined : side?.lines(range);
}

const DONE: { readonly [action in ReceiptEntry['action']]?: string } = {
  added: 'added',
  removed: 'removed',
  dropped: 'left out, by an option or a decision: added',
};

/** In words, for people. */
function whyOf({ action, by, pointer }: ReceiptEntry, authors: Authors): string {
  if (action === 'kept') return pointer === '' ? 'kept, but for what is told below' : 'kept: neither side changed it';
  if (action === 'added' && by.length === 0) return 'put there by a decision';
  const done = DONE[action] ?? 'put together from what both sides added: written';
  const sides = by.length === 0 ? (['current', 'proposed'] as const) : by;
  const names = sides.map((side) => authors[side].map(nameOf).join(', ') || side);
  return `${done} by ${names.length > 1 ? 'both, ' : ''}${names.join(' and ')}`;
}

/** `ann (v2: a typo)`. */
export function nameOf({ agent, version, note }: Author): string {
  const more = [...(version === undefined ? [] : [`v${version}`]), ...(note === undefined ? [] : [cleanName(note)])];
  return more.length === 0 ? cleanName(agent) : `${cleanName(agent)} (${more.join(': ')})`;
}
