// A conflict laid out for whoever decides it, and what their choices come to. Counting, comparing and merging are done
// here, so that no page and no tool does it again in its own way.
import * as z from 'zod';
import type { ConflictChoice, Dissected, MergedPlace, MergePart } from '../../controller/dissected.ts';
import type { Packet } from '../../core/outcome.ts';
import type { OfferedDecision } from '../../core/recorded.ts';
import type { MergeConflict } from '../../core/region.ts';
import type { Head } from '../../core/version.ts';
import { decodeContent, encodeContent, type WireContent } from '../../core/wire.ts';
import { conflictView, noSuchConflict, visibleConflict, type WireConflict } from '../conflict-view.ts';
import { recordEtag } from '../etag.ts';
import type { Call, Operation } from '../operation.ts';
import { may } from '../rights.ts';
import { composedResult, dissectedResult } from '../schemas/dissected.ts';
import { encodingField, optional } from '../schemas/fields.ts';
import { linesOf, sentenceOf, whereOf } from '../sentence.ts';
import { toWire, type Wire } from '../wire.ts';
import { conflictIdField } from './conflict.ts';

type WirePart =
  | { readonly type: 'kept'; readonly text: string }
  | { readonly type: 'merged'; readonly by: string; readonly base: string; readonly text: string }
  | { readonly type: 'clash'; readonly region: string };

interface WireMerged {
  readonly by: string;
  readonly where: string;
  readonly before: Required<WireContent>;
  readonly after: Required<WireContent>;
}

type WireRegion = Wire<MergeConflict> & {
  /** Where it lies, in words. */
  readonly where: string;
  /** What was decided before where the same texts met. */
  readonly recorded?: Wire<OfferedDecision['decision']> & { readonly elsewhere?: true };
};

export interface WireDissected extends Pick<Dissected, 'form' | 'why' | 'between'> {
  /** As it is read by itself: its sides, with their contents where they are small, its claim and its proposals. */
  readonly conflict: WireConflict;
  /** What clashed, in words. */
  readonly sentence: string;
  /** Why each side was written. */
  readonly notes: { readonly current?: string; readonly proposed?: string };
  readonly regions: readonly WireRegion[];
  readonly parts?: readonly WirePart[];
  readonly merged: readonly WireMerged[];
  readonly start?: Required<WireContent>;
  readonly moved?: { readonly head: Head; readonly between: Packet['between'] };
}

/** Undefined where a part is no UTF-8. */
function partsFor(parts: readonly MergePart[] | undefined): readonly WirePart[] | undefined {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    return parts?.map((part) => {
      if (part.type === 'clash') return part;
      const text = decoder.decode(part.text);
      return part.type === 'kept' ? { type: 'kept', text } : { ...part, base: decoder.decode(part.base), text };
    });
  } catch {
    return undefined;
  }
}

function mergedFor({ by, base, before, after }: MergedPlace): WireMerged {
  return { by, where: linesOf(base), before: encodeContent(before), after: encodeContent(after) };
}

function regionFor(region: MergeConflict, { offer }: WireConflict): WireRegion {
  const kept = offer?.decisions.find((offered) => offered.region === region.id);
  return {
    ...(toWire(region) as Wire<MergeConflict>),
    where: whereOf(region.at),
    ...(kept === undefined
      ? {}
      : { recorded: { ...kept.decision, ...(kept.elsewhere === undefined ? {} : { elsewhere: kept.elsewhere }) } }),
  };
}

async function found(call: Call, conflictId: string): Promise<Dissected> {
  await visibleConflict(call, conflictId);
  const dissected = await call.controller.dissect(conflictId);
  if (dissected === undefined) throw noSuchConflict();
  return dissected;
}

export const dissect: Operation<{ readonly conflictId: string }, WireDissected> = {
  name: 'dissect',
  summary: 'A conflict laid out: the places that clash, what merged by itself, who wrote, whether the resource moved.',
  input: z.strictObject({ conflictId: conflictIdField }).meta({ id: 'DissectInput' }),
  output: dissectedResult,
  async run(call, { conflictId }) {
    const dissected = await found(call, conflictId);
    const { form, why, between, regions, merged, start, moved, conflict } = dissected;
    const view = await conflictView(call, conflict);
    const parts = partsFor(dissected.parts);
    const note = between.at(-1)?.note;
    return {
      conflict: view,
      sentence: sentenceOf(dissected),
      // What is no UTF-8 has its places all the same.
      form: form === 'text' && parts === undefined ? 'structure' : form,
      ...(why === undefined ? {} : { why }),
      notes: {
        ...(note === undefined ? {} : { current: note }),
        ...(conflict.note === undefined ? {} : { proposed: conflict.note }),
      },
      between,
      regions: regions.map((region) => regionFor(region, view)),
      ...(parts === undefined ? {} : { parts }),
      merged: merged.map(mergedFor),
      ...(start === undefined ? {} : { start: encodeContent(start) }),
      ...(moved === undefined ? {} : { moved }),
    };
  },
};

interface WireChoice {
  readonly region: string;
  readonly use?: 'base' | 'current' | 'proposed' | 'both' | 'recorded';
  readonly content?: string;
  readonly encoding?: 'utf8' | 'base64';
}

export interface ComposeInput {
  readonly conflictId: string;
  readonly choices: readonly WireChoice[];
}

export interface WireComposed extends Required<WireContent> {
  /** The places without a choice: they stand as the current side has them. */
  readonly open: readonly string[];
  readonly complete: boolean;
  readonly etag: string;
}

function choiceOf({ region, use, content, encoding }: WireChoice): ConflictChoice {
  if (use !== undefined) return { region, use };
  return {
    region,
    content: decodeContent({ content: content ?? '', ...(encoding === undefined ? {} : { encoding }) }),
  };
}

const choice: z.ZodType<WireChoice> = z
  .strictObject({
    region: z.string().min(1).max(200),
    use: optional(z.enum(['base', 'current', 'proposed', 'both', 'recorded'])),
    ...{ content: optional(z.string()), encoding: optional(encodingField) },
  })
  .refine(({ use, content }) => (use === undefined) !== (content === undefined), {
    message: 'A choice is exactly one of use and content',
  });

export const compose: Operation<ComposeInput, WireComposed> = {
  name: 'compose',
  summary: 'What choices for the places of a conflict come to. Nothing is decided by it.',
  input: z
    .strictObject({ conflictId: conflictIdField, choices: z.array(choice).max(10_000) })
    .meta({ id: 'ComposeInput' }),
  output: composedResult,
  async run(call, { conflictId, choices }) {
    const { principal, space, service } = call;
    await visibleConflict(call, conflictId);
    const { conflict, content, open } = await call.controller.compose(conflictId, choices.map(choiceOf), {
      mayApply: (resource) => may(principal, 'read', space, resource),
    });
    const etag = recordEtag(await service.store.epoch(), conflict.revision);
    return { ...encodeContent(content), open, complete: open.length === 0, etag };
  },
};
