// What a commit came to, as the answer of `entente_commit`. The words of the outcomes are those of the library; `retry` is
// a conflict with attempts left, `split` is kept both.
import { ago, plural } from '../core/phrases.ts';
import type { Receipt } from '../core/receipt.ts';
import type { WireOutcome } from '../service/wire.ts';
import type { Answer } from './answer.ts';
import { clashesOf, clashText } from './clashes.ts';
import { mergedDiff, mergedText } from './merged-diff.ts';
import { clean, idWord, NOTE_CHARS, quoted } from './say.ts';

type Of<Status extends WireOutcome['status']> = Extract<WireOutcome, { status: Status }>;
type Packet = Of<'escalated'>['packet'];
/** Refused, and told why. */
type Refused = Of<'rejected' | 'aborted'> & { readonly packet: Packet };

export interface Told {
  /** The resource that the change was for. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The next token, as a model gets it; also beside a refusal that has none, to make the change anew from. */
  readonly token?: string | undefined;
}

const AGAIN = ' It had landed before; nothing was saved twice.';
const DO_NOT = 'Do not overwrite the other change unless your task says so.';
const REASON_CHARS = 300;

/** Who moved it: the last of those in between. */
function moverOf({ actual, between }: Packet, now: number): string {
  const last = between.at(-1);
  const by = last?.agent ?? actual?.agent;
  if (by === undefined) return 'what is there now';
  const version = last?.version ?? actual?.version;
  return `${quoted(by)} (v${version}, ${ago(last?.at ?? actual?.at ?? now, now)})`;
}

function headline(word: string, packet: Packet, { id, now }: Told): string {
  const { regions, cleanRegions, reason } = packet;
  const all = regions.length + cleanRegions;
  const what =
    regions.length === 0
      ? `It was moved by ${moverOf(packet, now)}; the reason is ${quoted(reason, REASON_CHARS)}.`
      : `${regions.length} of ${plural(all, 'hunk')} ${regions.length === 1 ? 'clashes' : 'clash'} with ${moverOf(packet, now)}.`;
  return `${word} on ${idWord(id)}: your edit was NOT saved. ${what}`;
}

/** The packet as data: what was said by others is marked as theirs. */
function packetData(packet: Packet): { readonly [field: string]: unknown } {
  const { expected, actual, between, regions, cleanRegions } = packet;
  const { shown, left, cut } = clashesOf(regions);
  return {
    base: { version: expected.version },
    ...(actual === undefined ? {} : { current: { version: actual.version } }),
    clean_hunks: cleanRegions,
    ...(left > 0 || cut ? { truncated: true } : {}),
    untrusted: {
      ...(actual === undefined ? {} : { by: clean(actual.agent, 255), version: actual.version }),
      ...{ clashing: shown, between: between.slice(-5).map(said) },
    },
  };
}

function said({ agent, version, note }: Packet['between'][number]): object {
  return { by: clean(agent, 255), version, ...(note === undefined ? {} : { note: clean(note, NOTE_CHARS) }) };
}

function fencedOf(packet: Packet): Pick<Answer, 'fenced'> {
  const clashes = clashesOf(packet.regions);
  if (clashes.shown.length === 0) return {};
  const { actual } = packet;
  const whose = actual === undefined ? 'nothing is stored' : `stored by ${quoted(actual.agent)}, v${actual.version}`;
  return { fenced: { what: `${whose}, beside your own`, text: clashText(clashes) } };
}

/** Not saved, with a fresh token: the three lines are all that a model needs to go on. */
function conflictAnswer(outcome: Of<'conflict' | 'retry'> | Refused, told: Told, token: string): Answer {
  const { packet } = outcome;
  const left = outcome.status === 'retry' ? outcome.maxAttempts - outcome.attempt : undefined;
  const attempt =
    outcome.status === 'retry'
      ? ` That was attempt ${outcome.attempt} of ${outcome.maxAttempts}; after the last it goes to a person.`
      : '';
  const { left: hidden, cut, shown } = clashesOf(packet.regions);
  const look = shown.length === 0 || hidden > 0 || cut;
  const apply = look
    ? `call entente_read with id=${idWord(told.id)} to see CURRENT, apply your change to it`
    : 'apply your change to CURRENT below';
  const why = 'Apply your change to the current content first.';
  return {
    lines: [
      headline(outcome.status === 'rejected' ? 'REJECTED' : 'CONFLICT', packet, told),
      `NEXT: ${apply}, then call entente_commit with token=${token}${attempt === '' ? '' : '.'}${attempt}`,
      DO_NOT,
    ],
    data: {
      ...{ outcome: outcome.status === 'rejected' ? 'rejected' : 'conflict', saved: false, id: told.id },
      ...packetData(packet),
      ...(left === undefined ? {} : { attempts_left: left }),
      ...{ token, next: [{ tool: 'entente_commit', with: { token }, why }], warning: DO_NOT },
    },
    ...fencedOf(packet),
    failed: true,
  };
}

function refusedAnswer(outcome: Of<'rejected' | 'aborted'>, told: Told): Answer {
  const { status, packet, reason } = outcome;
  if (status === 'rejected' && packet !== undefined && told.token !== undefined)
    return conflictAnswer({ ...outcome, packet }, told, told.token);
  const why = 'See what is stored, and decide whether your change is still wanted.';
  return {
    lines: [
      `${status.toUpperCase()} on ${idWord(told.id)}: your edit was NOT saved. The reason is ${quoted(reason, REASON_CHARS)}.`,
      `NEXT: call entente_read with id=${idWord(told.id)}. ${why}`,
      DO_NOT,
    ],
    data: {
      ...{ outcome: status, saved: false, id: told.id, message: clean(reason, REASON_CHARS) },
      ...(packet === undefined ? {} : packetData(packet)),
      ...{ next: [{ tool: 'entente_read', with: { id: told.id }, why }], warning: DO_NOT },
    },
    ...(packet === undefined ? {} : fencedOf(packet)),
    failed: true,
  };
}

function mergedAnswer(outcome: Of<'merged'>, { id, token }: Told): Answer {
  const { version, receipt, content, encoding } = outcome;
  const text = encoding === 'base64' ? undefined : content;
  const diff = receipt === undefined ? undefined : mergedDiff(receipt as Receipt, text);
  const warning = 'Your content is NOT what is stored: others changed it too, and both changes are in it.';
  const { places = [], left = 0 } = diff ?? {};
  return {
    lines: [
      `MERGED ${idWord(id)} v${version}: saved. ${warning}${outcome.replayed === true ? AGAIN : ''}`,
      places.length === 0
        ? `NEXT: call entente_read with id=${idWord(id)} before you change it again.`
        : 'NEXT: read below what others put in. For your next change of it use the token of this answer, with edits.',
    ],
    data: {
      ...{ outcome: 'merged', saved: true, id, version, token },
      ...(left === 0 ? {} : { truncated: true }),
      ...(places.length === 0 ? {} : { untrusted: { by: 'others', version, merged: places } }),
      warning,
    },
    ...(diff === undefined || places.length === 0
      ? {}
      : { fenced: { what: `by others, now part of v${version}`, text: mergedText(diff) } }),
  };
}

function escalatedAnswer({ conflictId, packet, replayed }: Of<'escalated'>, { id, now }: Told): Answer {
  const why = 'Look whether it is decided, when your other work is done.';
  return {
    lines: [
      `ESCALATED ${idWord(id)}: conflict ${conflictId} with ${moverOf(packet, now)}. Your change is kept and waits for a decision.${replayed === true ? AGAIN : ''}`,
      'NEXT: do not send it again; go on with other work.',
    ],
    data: {
      ...{ outcome: 'escalated', saved: false, kept: true, id, conflict_id: conflictId },
      next: [{ tool: 'entente_conflict', with: { conflict_id: conflictId }, why }],
    },
  };
}

function savedAnswer(outcome: Of<'committed' | 'unchanged'>, { id, token }: Told): Answer {
  const version = outcome.status === 'committed' ? outcome.version : outcome.head?.version;
  const said =
    outcome.status === 'committed'
      ? `SAVED ${idWord(id)} v${version}.${outcome.replayed === true ? AGAIN : ''}`
      : `UNCHANGED ${idWord(id)}: what you sent is what is stored already.`;
  return {
    lines: [said, 'NEXT: for another change of it use the token of this answer; you need not read again.'],
    data: {
      ...{ outcome: outcome.status, saved: true, id },
      ...(version === undefined ? {} : { version }),
      token,
    },
  };
}

export function outcomeAnswer(outcome: WireOutcome, told: Told): Answer {
  const { id } = told;
  switch (outcome.status) {
    case 'committed':
    case 'unchanged':
      return savedAnswer(outcome, told);
    case 'merged':
      return mergedAnswer(outcome, told);
    case 'split': {
      const { kept, copy } = outcome;
      return {
        lines: [
          `KEPT BOTH: ${idWord(kept.resource)} v${kept.version} is the one that was there, ${idWord(copy.resource)} v${copy.version} is yours.`,
          `NEXT: go on, and mention ${idWord(copy.resource)} where you report your work.`,
        ],
        data: {
          ...{ outcome: 'kept_both', saved: true, id },
          kept: { id: kept.resource, version: kept.version },
          copy: { id: copy.resource, version: copy.version },
        },
      };
    }
    case 'escalated':
      return escalatedAnswer(outcome, told);
    case 'conflict':
    case 'retry':
      return conflictAnswer(outcome, told, told.token ?? '');
    case 'rejected':
    case 'aborted':
      return refusedAnswer(outcome, told);
    case 'unknown':
      return {
        lines: [
          `UNKNOWN: the store did not say whether ${idWord(id)} was saved.`,
          'NEXT: call entente_commit with the same arguments once more. It is saved at most once.',
        ],
        data: { outcome: 'unknown', id },
        failed: true,
      };
  }
}
