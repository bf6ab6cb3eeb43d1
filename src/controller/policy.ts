// Which strategy applies to a resource: registered rules, then those given at the start, then the stored policy, then
// the default. Looked up once for each commit that meets a conflict (rule C1).
import { EntenteError } from '../core/errors.ts';
import { hashOf } from '../core/hash.ts';
import type { Outcome } from '../core/outcome.ts';
import { parseAgentId, parseResourceId } from '../core/resource.ts';
import { checkInput } from '../merge/check-input.ts';
import type { StoredRecord } from '../stores/store.ts';
import { firstWriterWins } from '../strategies/first-writer-wins.ts';
import { Policy, type RuleMatch } from '../strategies/policy.ts';
import { parsePolicyDocument, parseStrategy } from '../strategies/policy-file.ts';
import type { PolicyDocument, Strategy } from '../strategies/types.ts';
import { type Context, tokenOn } from './context.ts';
import { fingerprintOf } from './intent.ts';
import { requestOf } from './requests.ts';
import { submit } from './submit.ts';
import type { PolicyMatch, SetPolicyOptions, StoredPolicy } from './types.ts';

const KIND = 'policy';
const ID = 'policy';

interface Compiled {
  readonly revision: number;
  readonly policy: Policy;
  readonly fallback: Strategy | undefined;
}

/** Compiling is dear next to matching: the last stored policy of each context is kept by its revision. */
const compiled = new WeakMap<Context, Compiled>();

export async function matchPolicy(context: Context, resource: string): Promise<PolicyMatch> {
  const own = matchOwn(context, resource);
  if (own !== undefined) return own;
  const stored = await storedPolicy(context);
  const rule = stored?.policy.match(resource);
  if (rule !== undefined) return told(rule, 'stored');
  return { strategy: context.fallback ?? stored?.fallback ?? firstWriterWins(), source: 'default' };
}

/** The rules of this controller alone: what `resolveDetails` goes by, which reads nothing. */
export function matchOwn(context: Context, resource: string): PolicyMatch | undefined {
  const registered = context.registered.match(resource);
  if (registered !== undefined) return told(registered, 'registered');
  const given = context.own.match(resource);
  return given === undefined ? undefined : told(given, 'options');
}

function told(rule: RuleMatch, source: PolicyMatch['source']): PolicyMatch {
  return { strategy: rule.strategy, pattern: rule.pattern, source, index: rule.index };
}

async function storedPolicy(context: Context): Promise<Compiled | undefined> {
  const record = await context.policies.ask(ID, () => context.store.record(context.space, KIND, ID));
  if (record === undefined) return undefined;
  const known = compiled.get(context);
  if (known?.revision === record.revision) return known;
  const made = compile(record);
  compiled.set(context, made);
  return made;
}

function compile(record: StoredRecord): Compiled {
  const document = parsePolicyDocument(record.value);
  const rules = document.rules.map(([pattern, spec]) => [pattern, parseStrategy(spec)] as const);
  const fallback = document.default === undefined ? undefined : parseStrategy(document.default);
  return { revision: record.revision, policy: new Policy(rules), fallback };
}

export async function readPolicy(context: Context): Promise<StoredPolicy> {
  const record = await context.store.record(context.space, KIND, ID);
  return record === undefined
    ? { rules: [], revision: 0 }
    : { ...parsePolicyDocument(record.value), revision: record.revision };
}

/**
 * What a merge does not take is refused where it is said. In a policy it would only show in a conflict, as a merge that
 * fails.
 */
export function checkMerging(strategy: Strategy): void {
  for (let found = strategy; found.name === 'merge'; found = found.otherwise)
    checkInput({ base: null, current: null, proposed: null, options: found.options });
}

function checkRevision(revision: unknown): void {
  if (revision === undefined || (Number.isSafeInteger(revision) && (revision as number) >= 0)) return;
  throw new EntenteError('misuse', 'The revision of a policy is a whole number of at least 0.', {
    next: 'Pass the one that policy() told, or none to replace whatever is there.',
  });
}

/** A guarded write of the policy record: it is in the log like every other change. */
export async function setPolicy(
  context: Context,
  document: PolicyDocument,
  options: SetPolicyOptions,
): Promise<Outcome> {
  const agent = parseAgentId(options?.agent);
  checkRevision(options.revision);
  const value = parsePolicyDocument(document);
  const strategies = [...value.rules.map(([, spec]) => spec), ...(value.default === undefined ? [] : [value.default])];
  for (const spec of strategies) checkMerging(parseStrategy(spec));
  const epoch = await context.store.epoch();
  const { revision: asOf } = await context.store.counts(context.space);
  const expected = options.revision ?? (await readPolicy(context)).revision;
  const commitId = context.newId();
  const sender = {
    agent,
    commitId,
    fingerprint: fingerprintOf('policy', agent, ID, hashOf(JSON.stringify(value))),
    reads: [],
    token: { epoch, asOf },
    ...(options.principal === undefined ? {} : { principal: options.principal }),
  };
  const request = requestOf(context, sender, {
    guards: [],
    records: [{ kind: KIND, id: ID, value, expected }],
    meta: { outcome: 'recorded', reason: 'policy' },
  });
  const reply = await submit(context, request);
  const resource = parseResourceId('policy');
  if (reply.status === 'unknown') return { status: 'unknown', commitId, resource };
  const token = tokenOn(context, resource, agent, undefined, { epoch, asOf, at: context.clock() });
  if (reply.status === 'stale') {
    const packet = {
      resource,
      expected: { version: 0, revision: expected, hash: '' },
      between: [],
      regions: [],
      cleanRegions: 0,
      reason: 'the policy was changed meanwhile',
    };
    return { status: 'conflict', commitId, saved: false, packet, token };
  }
  return { status: 'unchanged', commitId, token };
}
