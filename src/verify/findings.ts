// What a history check finds: rules by name, and the fault that shows first.
import type { HistoryOperation } from './history.ts';

export const historyRules = [
  'one-writer',
  'no-writer',
  'expected',
  'future-read',
  'stale',
  'content',
  'revision',
] as const;
export type HistoryRule = (typeof historyRules)[number];

/** One thing that cannot have happened in a right history. */
export interface HistoryFinding {
  readonly rule: HistoryRule;
  readonly message: string;
  /** The operations that contradict each other; the one that shows the fault comes last. */
  readonly operations: readonly HistoryOperation[];
}

/** Keeps the fault whose last operation returned first: later ones are often only its consequences. */
export interface Findings {
  first: HistoryFinding | undefined;
  add(rule: HistoryRule, message: string, operations: readonly HistoryOperation[]): void;
}

export function createFindings(): Findings {
  let at = Number.POSITIVE_INFINITY;
  const findings: Findings = {
    first: undefined,
    add(rule, message, operations) {
      const shown = operations.at(-1)?.return ?? 0;
      if (shown >= at) return;
      at = shown;
      findings.first = { rule, message, operations };
    },
  };
  return findings;
}

export function named(operation: HistoryOperation): string {
  return `${operation.process}'s ${operation.type} of ${operation.resource}`;
}
