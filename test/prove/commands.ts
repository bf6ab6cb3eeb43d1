// The moves of the model-based layer: each does one thing to the real controller and to the model, and holds the one
// against the other.
import fc from 'fast-check';
import type { Controller } from '../../src/controller/types.ts';
import { isEntenteError } from '../../src/core/errors.ts';
import type { Outcome } from '../../src/core/outcome.ts';
import type { AgentId, Space } from '../../src/core/resource.ts';
import type { Token } from '../../src/core/token.ts';
import type { Store } from '../../src/stores/store.ts';
import { textOf } from '../support/documents.ts';
import { demand } from './frame.ts';
import {
  expectedOf,
  isSendable,
  isSettleable,
  type Model,
  type ModelResource,
  type ModelToken,
  modelAgents,
  modelResources,
} from './model.ts';

export interface Real {
  readonly store: Store;
  readonly space: Space;
  readonly controller: Controller;
  /** Told of every operation that was checked, and of every acknowledgement. */
  readonly counted: { operations: number; acknowledged: number };
}

type Move = fc.AsyncCommand<Model, Real>;

/** A command from its parts: its name is what a counterexample shows. */
function move(name: string, check: (model: Model) => boolean, run: (model: Model, real: Real) => Promise<void>): Move {
  return {
    check,
    async run(model, real) {
      await run(model, real);
      real.counted.operations += 1;
    },
    toString: () => name,
  };
}

const at = <T>(items: readonly T[], index: number): T | undefined => items[index % Math.max(1, items.length)];

function same(what: string, actual: unknown, expected: unknown): void {
  const [told, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  demand(told === wanted, `${what}: ${told}, where the model has ${wanted}`);
}

/** The outcome, or the code of what was thrown. */
async function outcomeOf(call: Promise<Outcome>): Promise<Outcome | { readonly error: string }> {
  try {
    return await call;
  } catch (error) {
    if (isEntenteError(error)) return { error: error.code };
    throw error;
  }
}

function begin(resource: ModelResource, agent: string): Move {
  const run = async (model: Model, { controller, store }: Real): Promise<void> => {
    const { token, content, head } = await controller.begin(resource, { agent });
    const known = model.heads.get(resource);
    const told = [token.version, token.revision, head?.deleted ?? true, textOf(content)];
    const wanted = [known?.version ?? 0, known?.revision ?? 0, known?.text == null, known?.text ?? ''];
    same(`begin ${resource}`, told, wanted);
    const isNow = store.capabilities.gapless ? token.asOf === model.revision : token.asOf >= model.revision;
    demand(isNow, `begin ${resource} at revision ${token.asOf}, where the model is at ${model.revision}`);
    const base = known?.text ?? null;
    model.tokens.push({ token, resource, revision: token.revision, asOf: token.asOf, attempt: 0, base });
  };
  return move(`begin(${resource}, ${agent})`, () => true, run);
}

/** A commit's revision is the next one, or a larger one in a store that has holes. */
function landed(model: Model, real: Real, by: Pick<Token, 'agent' | 'id'>, revision: number): void {
  const next = model.revision + 1;
  const isNext = real.store.capabilities.gapless ? revision === next : revision >= next;
  demand(isNext, `revision ${revision} after ${model.revision}`);
  model.revision = revision;
  real.counted.acknowledged += 1;
  model.log.push({ revision, agent: by.agent, commitId: by.id });
}

/** The revision of the newest entry: of a commit whose outcome does not tell it. */
async function newest({ store, space }: Real, after: number): Promise<number> {
  const page = await store.log(space, after, 10);
  return page.status === 'ok' ? (page.entries.at(-1)?.revision ?? 0) : 0;
}

function keepToken(model: Model, from: ModelToken, token: Token): void {
  const { resource } = from;
  const { revision, asOf, attempt } = token;
  model.tokens.push({ token, resource, revision, asOf, attempt, base: model.heads.get(resource)?.text ?? null });
}

function sendTo(real: Real, token: Token, text: string | null, resolve: boolean): Promise<Outcome> {
  const change = text === null ? { delete: true as const } : { content: text };
  return resolve ? real.controller.commitOrResolve(token, change) : real.controller.commit(token, change);
}

function send(index: number, isDelete: boolean, resolve: boolean): Move {
  const check = (model: Model): boolean => {
    const token = at(model.tokens, index);
    return token !== undefined && isSendable(token, isDelete ? null : '');
  };
  const run = async (model: Model, real: Real): Promise<void> => {
    const token = at(model.tokens, index) as ModelToken;
    model.serial += 1;
    const text = isDelete ? null : `text ${model.serial}`;
    const expected = expectedOf(model, token, text, resolve);
    const head = model.heads.get(token.resource);
    const outcome = await outcomeOf(sendTo(real, token.token, text, resolve));
    if ('error' in expected || 'error' in outcome) return same(`send ${token.resource}`, outcome, expected);
    same(`send ${token.resource}`, outcome.status, expected.status);
    if (outcome.status === 'committed') {
      const { version, revision } = outcome;
      landed(model, real, token.token, revision);
      same(`version of ${token.resource}`, version, (head?.version ?? 0) + 1);
      model.heads.set(token.resource, { version, revision, text });
      token.sent = { text, resolve, revision, version };
      keepToken(model, token, outcome.token);
    } else if (outcome.status === 'escalated') {
      const { conflictId } = outcome;
      landed(model, real, token.token, await newest(real, model.revision));
      token.sent = { text, resolve, revision: model.revision, version: 0, conflictId };
      const { resource } = token;
      model.conflicts.push({ id: conflictId, resource, on: head?.revision ?? 0, proposed: text, open: true });
    } else if (outcome.status === 'conflict' || outcome.status === 'retry') {
      same(`packet of ${token.resource}`, outcome.packet.actual?.version, head?.version);
      if (outcome.status === 'retry') same('attempt', outcome.attempt, token.attempt + 1);
      keepToken(model, token, outcome.token);
    }
  };
  return move(`${resolve ? 'resolve' : 'commit'}(${index}${isDelete ? ', delete' : ''})`, check, run);
}

/** The same once more is the first answer; something else under a spent token is refused. */
function again(index: number, other: boolean): Move {
  const spent = (model: Model): readonly ModelToken[] => model.tokens.filter(({ sent }) => sent !== undefined);
  const run = async (model: Model, real: Real): Promise<void> => {
    const token = at(spent(model), index) as ModelToken;
    const sent = token.sent as NonNullable<ModelToken['sent']>;
    const text = other ? `other ${index}` : sent.text;
    const outcome = await outcomeOf(sendTo(real, token.token, text, sent.resolve));
    if (sent.revision <= model.trimmed) return same('again', outcome, { error: 'expired' });
    if (other) return same('other', outcome, { error: 'token-spent' });
    demand(!('error' in outcome), `again: ${JSON.stringify(outcome)}`);
    same(
      'again',
      [outcome.status, outcome.replayed],
      [sent.conflictId === undefined ? 'committed' : 'escalated', true],
    );
    if (outcome.status === 'committed')
      same('again', [outcome.version, outcome.revision], [sent.version, sent.revision]);
    if (outcome.status === 'escalated') same('again', outcome.conflictId, sent.conflictId);
  };
  return move(`again(${index}${other ? ', other' : ''})`, (model) => spent(model).length > 0, run);
}

/** A token that says another hash than was read never writes anything. */
function forge(index: number): Move {
  const check = (model: Model): boolean => {
    const token = at(model.tokens, index);
    return token !== undefined && token.sent === undefined && token.revision > 0 && token.token.hash !== '';
  };
  const run = async (model: Model, real: Real): Promise<void> => {
    const { token, resource } = at(model.tokens, index) as ModelToken;
    const wrong: Token = { ...token, id: `${token.id}-forged`, hash: 'f'.repeat(64) };
    const outcome = await outcomeOf(real.controller.commit(wrong, { content: `forged ${index}` }));
    const told = 'error' in outcome ? outcome.error : outcome.status;
    demand(['bad-token', 'conflict', 'expired'].includes(told), `a forged token of ${resource} came to ${told}`);
    same('after a forged token', await newest(real, model.revision), 0);
  };
  return move(`forge(${index})`, check, run);
}

function settle(index: number, use: 'current' | 'proposed' | 'abort'): Move {
  const open = (model: Model) => model.conflicts.filter((conflict) => isSettleable(model, conflict));
  const run = async (model: Model, real: Real): Promise<void> => {
    const conflict = at(open(model), index);
    if (conflict === undefined) return;
    const decision = use === 'abort' ? { abort: true as const } : { use };
    const outcome = await real.controller.resolve(conflict.id, decision, { agent: 'judge' });
    const head = model.heads.get(conflict.resource);
    const isSame = use === 'proposed' && conflict.proposed === null && head?.text === null;
    const wanted = use === 'abort' ? 'aborted' : use === 'current' || isSame ? 'unchanged' : 'committed';
    same(`decision on ${conflict.resource}`, outcome.status, wanted);
    landed(model, real, { agent: 'judge' as AgentId, id: outcome.commitId }, await newest(real, model.revision));
    conflict.open = false;
    if (outcome.status === 'committed') {
      const { version, revision } = outcome;
      model.heads.set(conflict.resource, { version, revision, text: conflict.proposed });
    }
  };
  return move(`settle(${index}, ${use})`, (model) => open(model).length > 0, run);
}

function trim(back: number): Move {
  const run = async (model: Model, { store, space }: Real): Promise<void> => {
    const before = Math.max(0, model.revision - back);
    const wanted = Math.max(model.trimmed, before);
    const point = await store.trim(space, before);
    // Where revisions have holes, the trim point may be any of those up to the next entry.
    const isRight = point === wanted || (!store.capabilities.gapless && point >= model.trimmed && point <= wanted);
    demand(isRight, `trim(${before}) answers ${point}, where the model is at ${wanted}`);
    model.trimmed = point;
  };
  return move(`trim(-${back})`, (model) => model.revision > 0, run);
}

/** The log from the trim point on, every head, the open conflicts: all of it is what the model has. */
export async function compareAll(model: Model, { store, space, controller }: Real): Promise<void> {
  const page = await store.log(space, model.trimmed, 10_000);
  demand(page.status === 'ok', 'the log is gone from its own trim point');
  const told = page.entries.map(({ revision, agent, commitId }) => ({ revision, agent, commitId }));
  same(
    'log',
    told,
    model.log.filter(({ revision }) => revision > model.trimmed),
  );
  if (model.trimmed > 0) same('log before the trim point', (await store.log(space, 0, 1)).status, 'gone');
  for (const [resource, { version, revision, text }] of model.heads) {
    const found = await controller.read(resource);
    const wanted = [version, revision, text === null, text ?? ''];
    same(resource, [found?.head.version, found?.head.revision, found?.head.deleted, textOf(found?.content)], wanted);
  }
  const open = (await controller.conflicts({ state: 'open' }, { limit: 1000 })).items.map(({ id }) => id);
  same(
    'open conflicts',
    open.sort(),
    model.conflicts
      .filter((one) => one.open)
      .map(({ id }) => id)
      .sort(),
  );
  const counts = await store.counts(space);
  const live = [...model.heads.values()].filter(({ text }) => text !== null).length;
  same('counts', [counts.resources, counts.open], [live, open.length]);
  if (store.capabilities.gapless) same('revision', counts.revision, model.revision);
}

const look = (): Move => move('compare', () => true, compareAll);

const index = fc.nat(30);

/** Every kind of move; begins and sendings come most often. */
export const moves: readonly fc.Arbitrary<Move>[] = [
  ...Array.from({ length: 3 }, () =>
    fc
      .tuple(fc.constantFrom(...modelResources), fc.constantFrom(...modelAgents))
      .map(([id, agent]) => begin(id, agent)),
  ),
  ...Array.from({ length: 5 }, () => fc.tuple(index, fc.boolean()).map(([one, resolve]) => send(one, false, resolve))),
  fc.tuple(index, fc.boolean()).map(([one, resolve]) => send(one, true, resolve)),
  fc.tuple(index, fc.boolean()).map(([one, other]) => again(one, other)),
  index.map(forge),
  fc.tuple(index, fc.constantFrom('current', 'proposed', 'abort')).map(([one, use]) => settle(one, use)),
  fc.nat(20).map(trim),
  fc.constant(null).map(look),
];
