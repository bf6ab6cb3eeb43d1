// Faults as answers: the model sees the result of a tool, and not an error of the protocol, so that it can act on it.
import { type ErrorCode, isEntenteError } from '../core/errors.ts';
import type { Answer, NextCall } from './answer.ts';
import { clean } from './say.ts';
import type { Session } from './session.ts';

/** What the caller holds is too old or used up: a new read mends it. */
const STALE: readonly ErrorCode[] = [
  'base-gone',
  'epoch-changed',
  'expired',
  'gone',
  'token-expired',
  'token-spent',
  'bad-token',
];

const MESSAGE_CHARS = 600;

/** The tool to call after a fault; undefined where the call itself is to be mended. */
function nextOf(code: ErrorCode, given: { readonly id?: string; readonly conflict_id?: string }): NextCall | undefined {
  if (code === 'precondition-failed' && given.conflict_id !== undefined)
    return { tool: 'entente_conflict', with: { conflict_id: given.conflict_id }, why: 'See what it is now.' };
  if (!STALE.includes(code)) return undefined;
  const known = given.id === undefined ? {} : { id: given.id };
  return { tool: 'entente_read', with: known, why: 'Get the current content and a new token.' };
}

const INPUT_FIELDS = ['id', 'conflict_id'] as const;

function named(input: unknown): { readonly id?: string; readonly conflict_id?: string } {
  if (typeof input !== 'object' || input === null) return {};
  const found = INPUT_FIELDS.flatMap((name) => {
    const value = (input as { readonly [field: string]: unknown })[name];
    return typeof value === 'string' && value.length <= 1100 ? [[name, value] as const] : [];
  });
  return Object.fromEntries(found);
}

/** The answer for what was thrown while a tool ran. What is no fault of the caller's says nothing of its inside. */
export function faultAnswer(session: Session, tool: string, input: unknown, error: unknown): Answer {
  if (!isEntenteError(error)) {
    session.fault(error);
    const again = tool === 'entente_commit' ? ' A commit is saved at most once, however often it is sent.' : '';
    return {
      lines: [`FAILED: the server could not do this.${again}`, `NEXT: call ${tool} with the same arguments once more.`],
      data: { outcome: 'failed', code: 'internal', message: 'The server could not do this.' },
      failed: true,
    };
  }
  const { code, details } = error;
  const message = clean(error.message, MESSAGE_CHARS);
  const next = nextOf(code, named(input));
  const advice = next === undefined ? details.next : `call ${next.tool}. ${next.why}`;
  return {
    lines: [
      `${STALE.includes(code) ? 'STALE' : 'REFUSED'} (${code}): ${message}`,
      ...(advice === undefined ? [] : [`NEXT: ${clean(advice, MESSAGE_CHARS)}`]),
    ],
    data: {
      outcome: STALE.includes(code) ? 'stale' : 'refused',
      ...{ code, message },
      ...(next === undefined ? {} : { next: [next] }),
    },
    failed: true,
  };
}
