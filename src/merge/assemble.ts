// Writes the result of a plan and its ledger in one pass. How conflicts are filled is the caller's choice: left as
// current, favoured, united, or decided one by one.
import type { WovenSpan } from '../core/receipt.ts';
import { concatBytes } from './bytes.ts';
import { bytesOfLines } from './lines.ts';
import type { TextPlan } from './plan.ts';
import { both, type Changer, createLedger, type Ledger } from './receipt.ts';
import type { Region } from './three-way.ts';

/** A stretch of a filled conflict: bytes, how many lines they are, and whose. Empty `by` = nobody's but a decision's. */
export interface Piece {
  readonly bytes: Uint8Array;
  readonly lines: number;
  readonly by: readonly Changer[];
}

/** What stands in a conflict's place, and which sides' lines it leaves out. */
export interface Filling {
  readonly pieces: readonly Piece[];
  readonly dropped: readonly Changer[];
  /** The one piece is the base's lines with what both sides put in. */
  readonly woven?: readonly WovenSpan[];
}

export interface Assembled {
  readonly content: Uint8Array;
  readonly ledger: Ledger;
}

const LF = 10;
const CRLF = Uint8Array.of(13, LF);

/** The merged text; `fill` is asked once for each conflict, in order. */
export function assemble(plan: TextPlan, fill: (conflict: Region) => Filling): Assembled {
  const { texts, regions, finish } = plan;
  const ledger = createLedger();
  const out = createOutput();
  let at = 0;
  for (const region of regions) {
    out.push(bytesOfLines(texts.current, at, region.currentStart));
    ledger.kept(region.currentStart - at);
    at = region.currentEnd;
    const lines = region.baseEnd - region.baseStart;
    const { pieces, dropped, woven } = fillingOf(plan, region) ?? fill(region);
    if (woven === undefined) ledger.removed(lines, region.kind === 'conflict' ? both : changersOf(region));
    for (const { bytes, lines: added, by } of pieces) {
      out.push(bytes);
      if (woven === undefined) ledger.added(added, by);
      else ledger.woven(lines, added, woven);
    }
    for (const side of dropped) ledger.dropped(side, ...rangeOf(region, side));
  }
  out.push(bytesOfLines(texts.current, at, texts.current.count));
  ledger.kept(texts.current.count - at);
  return { content: finish(out.join()), ledger };
}

function changersOf({ kind }: Region): readonly Changer[] {
  return kind === 'current' || kind === 'proposed' ? [kind] : both;
}

/** What a region without a clash becomes; undefined for a conflict. */
function fillingOf(plan: TextPlan, region: Region): Filling | undefined {
  if (region.kind === 'conflict') return undefined;
  const by = changersOf(region);
  return { pieces: [pieceOf(plan, region, region.kind === 'proposed' ? 'proposed' : 'current', by)], dropped: [] };
}

export function rangeOf(region: Region, side: 'base' | Changer): readonly [number, number] {
  if (side === 'base') return [region.baseStart, region.baseEnd];
  return side === 'current' ? [region.currentStart, region.currentEnd] : [region.proposedStart, region.proposedEnd];
}

/** A side's text in a region, as a piece. */
export function pieceOf(plan: TextPlan, region: Region, side: 'base' | Changer, by: readonly Changer[]): Piece {
  const [from, to] = rangeOf(region, side);
  return { bytes: bytesOfLines(plan.texts[side], from, to), lines: to - from, by };
}

interface Output {
  readonly push: (bytes: Uint8Array) => void;
  readonly join: () => Uint8Array;
}

/** Gathers stretches; an unterminated one gets its newline as soon as something follows, so that no lines are glued. */
function createOutput(): Output {
  const parts: Uint8Array[] = [];
  let last: Uint8Array | undefined;
  let crlf = false;
  return {
    push(bytes) {
      if (bytes.length === 0) return;
      const isOpen = last !== undefined && last.at(-1) !== LF;
      const whole = last === undefined || isOpen ? undefined : stretched(last, bytes);
      if (whole !== undefined) parts.pop();
      else if (isOpen) parts.push(crlf ? CRLF : CRLF.subarray(1));
      last = whole ?? bytes;
      parts.push(last);
      crlf = endsFirstLineInCrlf(bytes, crlf);
    },
    join: () => concatBytes(parts),
  };
}

/** Two stretches whose bytes follow one another in memory, as those of one text mostly do: they are copied as one. */
function stretched(before: Uint8Array, after: Uint8Array): Uint8Array | undefined {
  const { buffer, byteOffset, length } = before;
  if (after.buffer !== buffer || after.byteOffset !== byteOffset + length) return undefined;
  return new Uint8Array(buffer, byteOffset, length + after.length);
}

function endsFirstLineInCrlf(bytes: Uint8Array, otherwise: boolean): boolean {
  const end = bytes.indexOf(LF);
  return end < 0 ? otherwise : bytes[end - 1] === CRLF[0];
}
