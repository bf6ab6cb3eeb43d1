// The stored policy of the space, over HTTP.
import type { PolicyMatch, StoredPolicy } from '../controller/types.ts';
import { EntenteError } from '../core/errors.ts';
import type { Outcome } from '../core/outcome.ts';
import { type AgentId, parseAgentId, parseResourceId } from '../core/resource.ts';
import type { Token } from '../core/token.ts';
import { custom } from '../strategies/custom.ts';
import { parseStrategy } from '../strategies/policy-file.ts';
import type { PolicyDocument, Strategy, StrategySpec } from '../strategies/types.ts';
import { type Connection, Unsettled } from './connection.ts';
import { errorOf } from './faults.ts';
import { newCommitId } from './writes.ts';

/** A strategy that is code runs in the server: here stands that it is one, and it cannot be called. */
function remoteStrategy(spec: StrategySpec): Strategy {
  try {
    return parseStrategy(spec);
  } catch {
    return custom(() => {
      throw new EntenteError('misuse', 'This strategy is code of the server, and runs there alone.');
    });
  }
}

export async function explainPolicy(connection: Connection, resource: string): Promise<PolicyMatch> {
  const body = { id: parseResourceId(resource) };
  const answer = await connection.ask({ method: 'POST', path: '/policy/explain', body });
  const { resource: _id, strategy, ...match } = answer.body as { resource: string; strategy: StrategySpec };
  return { ...(match as Omit<PolicyMatch, 'strategy'>), strategy: remoteStrategy(strategy) };
}

interface WirePolicy extends StoredPolicy {
  readonly etag: string;
}

async function stored(connection: Connection): Promise<WirePolicy> {
  return (await connection.ask({ method: 'GET', path: '/policy' })).body as WirePolicy;
}

export async function policy(connection: Connection): Promise<StoredPolicy> {
  const { etag: _etag, ...document } = await stored(connection);
  return document;
}

interface Policing {
  readonly agent: AgentId;
  readonly commitId: string;
  readonly resource: Token['resource'];
}

/** A policy is no resource, so that no server signs this token: it is only here to be shown. */
function tokenOf(connection: Connection, { agent, resource }: Policing): Token {
  const facts = { version: 0, revision: 0, hash: '', asOf: 0, born: 0, attempt: 0, at: Date.now() };
  return Object.freeze({ id: newCommitId(), space: connection.settings.space, epoch: '', resource, agent, ...facts });
}

function lost(connection: Connection, policing: Policing, expected: number): Outcome {
  const { commitId, resource } = policing;
  return {
    status: 'conflict',
    ...{ commitId, saved: false },
    packet: {
      resource,
      expected: { version: 0, revision: expected, hash: '' },
      ...{ between: [], regions: [], cleanRegions: 0, reason: 'the policy was changed meanwhile' },
    },
    token: tokenOf(connection, policing),
  };
}

function isSame(left: PolicyDocument, right: PolicyDocument): boolean {
  return JSON.stringify([left.rules, left.default]) === JSON.stringify([right.rules, right.default]);
}

/** Under the ETag of what is there. Where an answer is lost, the policy itself tells whether it was stored. */
export async function setPolicy(
  connection: Connection,
  document: PolicyDocument,
  options: { readonly agent: string; readonly revision?: number },
): Promise<Outcome> {
  const policing: Policing = {
    agent: parseAgentId(options?.agent),
    commitId: newCommitId(),
    resource: parseResourceId('policy'),
  };
  const before = await stored(connection);
  const { revision = before.revision } = options;
  if (revision !== before.revision) return lost(connection, policing, revision);
  const body = { rules: document?.rules, default: document?.default, agent: policing.agent };
  const asked = { method: 'PUT', path: '/policy', headers: { 'if-match': before.etag }, body, write: true } as const;
  const { commitId, resource } = policing;
  const unchanged: Outcome = { status: 'unchanged', commitId, token: tokenOf(connection, policing) };
  try {
    const { problem, status } = await connection.send(asked);
    if (problem === undefined) return unchanged;
    if (problem.code !== 'precondition-failed') throw errorOf(problem, status);
    // It may be our own: an attempt whose answer was lost.
    return isSame(await stored(connection), document) ? unchanged : lost(connection, policing, revision);
  } catch (error) {
    if (!(error instanceof Unsettled)) throw error;
    if (error.doubt) return { status: 'unknown', commitId, resource };
    throw error.fault;
  }
}
