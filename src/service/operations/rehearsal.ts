// `rehearse-policy`: a policy tried on the clashes that the log remembers, before anybody relies on it.
import * as z from 'zod';
import { type RehearsedOutcome, rehearsedOutcomes } from '../../controller/rehearse.ts';
import type { LogEntry } from '../../stores/store.ts';
import { firstWriterWins } from '../../strategies/first-writer-wins.ts';
import { parsePolicyDocument, parseStrategy } from '../../strategies/policy-file.ts';
import type { StrategySpec } from '../../strategies/types.ts';
import { logSince } from '../log-range.ts';
import type { Call, Operation } from '../operation.ts';
import { type PastOutcome, pastClash, pastOutcome, pastOutcomes, subjectOf } from '../past.ts';
import { rehearsalStore } from '../rehearsal.ts';
import { lacking, mayAll } from '../rights.ts';
import { countField, optional } from '../schemas/fields.ts';
import { rehearsalResult } from '../schemas/insight.ts';

export interface RehearsalInput {
  readonly rules: readonly (readonly [pattern: string, strategy: StrategySpec])[];
  readonly default?: StrategySpec;
  /** Milliseconds since 1970. @default a week ago */
  readonly since?: number;
  /** How many examples are told at most. @default 20 */
  readonly examples?: number;
}

export interface RehearsalExample {
  readonly revision: number;
  readonly at: number;
  readonly resource: string;
  readonly agent: string;
  readonly was: PastOutcome;
  readonly would: RehearsedOutcome;
  /** Absent where the default decides. */
  readonly rule?: { readonly pattern: string; readonly index: number };
  readonly strategy: string;
}

export interface Rehearsal {
  readonly since: number;
  readonly until: number;
  /** False: the log is trimmed, or there was more than is looked at. */
  readonly complete: boolean;
  readonly entries: number;
  readonly clashes: number;
  readonly was: { readonly [outcome in PastOutcome]: number };
  readonly would: { readonly [outcome in RehearsedOutcome]: number };
  /** Changes that would have been written over unseen. */
  readonly lost: number;
  /** Clashes that would have come to something else. */
  readonly changed: number;
  readonly examples: readonly RehearsalExample[];
}

const WEEK = 7 * 24 * 60 * 60 * 1000;
const EXAMPLES = 20;
/** Clashes that are tried again: each may be a merge. */
const MAX_CLASHES = 1000;
/** Milliseconds for all of them. */
const MAX_MS = 10_000;

function zeroes<Name extends string>(names: readonly Name[]): { [name in Name]: number } {
  return Object.fromEntries(names.map((name) => [name, 0])) as { [name in Name]: number };
}

interface Looked {
  readonly clashes: readonly { readonly entry: LogEntry; readonly was: PastOutcome }[];
  readonly entries: number;
  readonly complete: boolean;
}

/** The newest clashes, in the order of the log. */
async function clashesSince({ service, space }: Call, since: number): Promise<Looked> {
  const { entries, complete } = await logSince(service.store, space, since);
  const clashes: { entry: LogEntry; was: PastOutcome }[] = [];
  let count = 0;
  for await (const entry of entries) {
    count += 1;
    const was = pastOutcome(entry);
    if (was !== undefined) clashes.push({ entry, was });
  }
  return { clashes: clashes.slice(-MAX_CLASHES), entries: count, complete: complete && clashes.length <= MAX_CLASHES };
}

const spec: z.ZodType<StrategySpec> = z.union([z.string(), z.looseObject({ strategy: z.string() })]);

export const rehearsePolicy: Operation<RehearsalInput, Rehearsal> = {
  name: 'rehearse-policy',
  summary: 'Try a policy on the clashes that the log remembers: what came of them, and what would have.',
  input: z
    .strictObject({
      ...{ rules: z.array(z.tuple([z.string(), spec])), default: optional(spec) },
      ...{ since: optional(countField(0, Number.MAX_SAFE_INTEGER)), examples: optional(countField(0, 50)) },
    })
    .meta({ id: 'RehearsalInput' }),
  output: rehearsalResult,
  async run(call, { rules, default: fallback, since: given, examples: most = EXAMPLES }) {
    const { principal, space, service } = call;
    for (const right of ['policy', 'read'] as const) if (!mayAll(principal, right, space)) throw lacking(right, '**');
    const document = parsePolicyDocument({ rules, ...(fallback === undefined ? {} : { default: fallback }) });
    const compiled = document.rules.map(([pattern, strategy]) => [pattern, parseStrategy(strategy)] as const);
    const last = document.default === undefined ? firstWriterWins() : parseStrategy(document.default);
    // Behind the default comes nothing: the policy that is stored now has no say in it.
    const controller = service.rehearsal(space, rehearsalStore(service.store), [...compiled, ['**', last]]);
    const until = service.clock();
    const since = given ?? until - WEEK;
    const looked = await clashesSince(call, since);
    const [was, would] = [zeroes(pastOutcomes), zeroes(rehearsedOutcomes)];
    const told: RehearsalExample[] = [];
    let changed = 0;
    // The newest first: where the time does not suffice, the oldest are left out.
    for (const clash of looked.clashes.toReversed()) {
      if (service.clock() > until + MAX_MS) break;
      const { entry } = clash;
      const { outcome, match, strategy } = await controller.rehearse(await pastClash(call, entry, clash.was));
      was[clash.was] += 1;
      would[outcome] += 1;
      if (outcome !== clash.was) changed += 1;
      const { pattern, index = 0 } = match;
      const isRule = pattern !== undefined && index < service.ownRules + compiled.length;
      told.push({
        ...{ revision: entry.revision, at: entry.at, resource: subjectOf(entry), agent: entry.agent },
        ...{ was: clash.was, would: outcome, strategy },
        ...(isRule ? { rule: { pattern, index: index - service.ownRules } } : {}),
      });
    }
    // Those that would have gone another way say more; of each, the newest first.
    const isChanged = (one: RehearsalExample): number => (one.was === one.would ? 1 : 0);
    const examples = told.sort((a, b) => isChanged(a) - isChanged(b) || b.revision - a.revision).slice(0, most);
    const { entries } = looked;
    const clashes = told.length;
    const complete = looked.complete && clashes === looked.clashes.length;
    return { since, until, complete, entries, clashes, was, would, lost: would.overwritten, changed, examples };
  },
};
