// The loop of a clash: plan, commit what the plan says, and where the head moved meanwhile plan again against the new
// head; the base stays what the agent read (trap T1). Who can win by trying again takes turns with the others in this
// process, and goes on from what the one before is about to write (chain.ts).
// Longer than most: a first try that joins the others and a change that lost take the same turns, by the same rules.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { hashOf } from '../core/hash.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Head } from '../core/version.ts';
import type { Awaitable, CommitReply } from '../stores/store.ts';
import { describeStrategy } from '../strategies/policy-file.ts';
import type { Strategy } from '../strategies/types.ts';
import { type Ahead, fateOf } from './ahead.ts';
import { jitter } from './backoff.ts';
import { type Origin, originOfIntent } from './base.ts';
import { carryOut } from './carry-out.ts';
import { type Clash, isSame, unchanged } from './clash.ts';
import type { Context } from './context.ts';
import { conflicted } from './hand-back.ts';
import type { Intent } from './intent.ts';
import { type Case, caseOf, planAhead, planFor } from './judge.ts';
import { turnUntil } from './lanes.ts';
import { note } from './ledger.ts';
import type { Plan } from './plan-requests.ts';
import { matchPolicy } from './policy.ts';
import { staleReads } from './requests.ts';
import type { Sender } from './submit.ts';

const PATIENCE_MS = 1000;
/** How often a first try is merged with what others did before it goes to the store as it is. */
const JOINS = 4;

/** Sends a first try that has a turn. */
export type SendFirst = () => Awaitable<readonly CommitReply[]>;

/** What every attempt at one intent has in common. */
interface Task {
  readonly context: Context;
  readonly intent: Intent;
  readonly strategy: Strategy;
  readonly label: string;
  readonly origin: Origin;
}

/** What a commit that met a clash comes to under the policy. */
export async function swap(context: Context, intent: Intent, first: Clash): Promise<Outcome> {
  if (first.stalePremises.length > 0) return handedBack(context, intent, first, 'a premise moved');
  const { resource } = intent.token;
  const settled = context.chains.settling(resource);
  try {
    // Together: whoever won meanwhile is about to come again, and a head that is known for long has moved.
    const [{ strategy }, origin] = await Promise.all([
      matchPolicy(context, resource),
      originOfIntent(context, intent, true),
    ]);
    const task: Task = { context, intent, strategy, label: describeStrategy(strategy), origin };
    const contends = strategy.name === 'merge' || strategy.name === 'lastWriterWins';
    const turns = contends ? new Turns(task, first, settled) : undefined;
    if (turns?.mayChain() !== true) settled();
    return await tryAll(task, first, turns).finally(() => turns?.leave());
  } finally {
    settled();
  }
}

/**
 * What a first try comes to that cannot land, because another commit is on its way to where it goes: merged with that one
 * at once, and sent behind it; or with what is there, where that has moved already. Where it still stands on what is there,
 * it is sent as it is with `send`, and this is the store's answer. Undefined where it came to no clean merge; then nothing
 * of it is stored, nobody was told anything, and it goes to the store as it is, like every first try.
 */
export async function swapAhead(
  context: Context,
  intent: Intent,
  send: SendFirst,
): Promise<Outcome | readonly CommitReply[] | undefined> {
  const { resource, asOf } = intent.token;
  const settled = context.chains.settling(resource);
  const asked = Promise.all([matchPolicy(context, resource), originOfIntent(context, intent, true)]);
  try {
    // What is wrong with the token or the policy is told in its own order: after the store has looked at the commitId.
    const known = await asked.catch(() => undefined);
    if (known === undefined || known[1].state !== 'content') return undefined;
    const [{ strategy }, origin] = known;
    // Whether it has expired is told by the store, and only to a request with its own guard (rule A5).
    if (asOf < (origin.trimmed ?? 0)) return undefined;
    const task: Task = { context, intent, strategy, label: describeStrategy(strategy), origin };
    const read: Clash = { status: 'clash', head: origin.head, revision: asOf, stalePremises: [] };
    const turns = new Turns(task, read, settled);
    return turns.mayChain() ? await joinAll(task, turns, send).finally(() => turns.leave()) : undefined;
  } finally {
    settled();
  }
}

/** Only what the store has looked at is an answer: it knows whether this commit has landed before. */
async function joinAll(
  task: Task,
  turns: Turns,
  send: SendFirst,
): Promise<Outcome | readonly CommitReply[] | undefined> {
  for (let losses = 0; losses < JOINS; losses += 1) {
    let clash: Clash | undefined;
    try {
      clash = await turns.join();
    } catch (fault) {
      // What could not be read is no answer: the commit goes to the store as it is, and is asked again where that is away.
      if (task.intent.signal?.aborted === true) throw fault;
      return undefined;
    }
    // Who has the next turn goes on from it.
    if (clash === undefined) return turns.sent(send());
    const done = await addTo(task, clash, turns);
    if (done?.status !== 'clash') return done;
  }
  return undefined;
}

async function tryAll(task: Task, first: Clash, turns: Turns | undefined): Promise<Outcome> {
  const { context, intent } = task;
  let clash = first;
  for (let losses = 0; losses < context.limits.swaps; losses += 1) {
    if (turns !== undefined) clash = await turns.take(clash, losses < 2);
    const done = await tryOnce(task, clash, turns);
    if (done.status !== 'clash') return done;
    clash = done;
    if (losses === 0) continue;
    await pause(context, losses - 1, intent.signal);
    if (turns?.isTaken !== false) clash = await lookAgain(context, intent, clash);
  }
  const moved = `contended: the resource moved ${context.limits.swaps} times while this was being settled`;
  return handedBack(context, intent, clash, moved);
}

/** Others of this process stand in the lane: only where another process may be about to win is there anybody to wait for. */
async function pause(context: Context, losses: number, signal: AbortSignal | undefined): Promise<void> {
  if (context.direct === undefined) return context.sleep(jitter(context, losses), signal);
  await nextTurn();
  signal?.throwIfAborted();
}

/** One plan carried out against one head. */
async function tryOnce(task: Task, clash: Clash, turns: Turns | undefined): Promise<Outcome | Clash> {
  const { context, intent, origin, strategy, label } = task;
  if (clash.ahead !== undefined && turns !== undefined) return tryAhead(task, clash, turns);
  if (clash.stalePremises.length > 0) return handedBack(context, intent, clash, 'a premise moved');
  if (isSame(clash.head, intent.proposal)) return unchanged(context, intent, clash.head, clash.revision);
  const found = caseOf(intent, clash, origin, strategy, label);
  const { plan, merge } = await planFor(context, found);
  return carryOut(context, found, plan, merge, turns?.sender(found, plan));
}

/**
 * What is only about to be there is good for a clean merge that adds to it and for nothing else: every other answer has
 * to be one about a version that there is.
 */
async function tryAhead(task: Task, clash: Clash, turns: Turns): Promise<Outcome | Clash> {
  return (await addTo(task, clash, turns)) ?? tryOnce(task, await turns.wait(clash), turns);
}

/** A clean merge that adds to what is there, or is about to be; undefined, and nothing is done, where it is no such. */
async function addTo(task: Task, clash: Clash, turns: Turns): Promise<Outcome | Clash | undefined> {
  const { context, intent, origin, strategy, label } = task;
  const { head, ahead } = clash;
  const found = caseOf(intent, clash, origin, strategy, label);
  const plan = isSame(head, intent.proposal) ? undefined : await planAhead(context, found);
  const adds = plan !== undefined && plan.content !== null && hashOf(plan.content) !== head?.hash;
  if (!adds || ahead?.chain.broken === true) return undefined;
  const done = await carryOut(context, found, plan, undefined, turns.sender(found, plan));
  if (ahead !== undefined && done.status === 'clash' && done !== clash) turns.checkNamed(ahead, done);
  return done;
}

/** A writer's turns at a contended resource: each ends at the latest when what it came to is known. */
class Turns {
  readonly #task: Task;
  #leave: (() => void) | undefined;
  /** What the store said last, which a guess does not take the place of. */
  #known: Clash;
  readonly #sent: () => void;

  /** `sent`: hears when the first commit is on its way. */
  constructor(task: Task, first: Clash, sent: () => void) {
    this.#task = task;
    this.#known = first;
    this.#sent = sent;
  }

  get isTaken(): boolean {
    return this.#leave !== undefined;
  }

  /** The turn ends with what was sent in it. */
  sent<T>(reply: T): T {
    this.leave();
    this.#sent();
    return reply;
  }

  leave(): void {
    this.#leave?.();
    this.#leave = undefined;
  }

  /** Waits for a turn, unless it is there already; answers what to go on from. `fresh`: `known` was told just now. */
  async take(known: Clash, fresh: boolean): Promise<Clash> {
    if (known.ahead === undefined) this.#known = known;
    if (this.isTaken) return known;
    const { context, intent } = this.#task;
    const { lanes, chains } = context;
    const { resource } = intent.token;
    const isAlone =
      fresh && known === this.#known && lanes.length(resource) === 0 && chains.ahead(resource) === undefined;
    this.#leave = await turnUntil(lanes.enter(resource, PATIENCE_MS), intent.signal);
    const ahead = chains.ahead(resource);
    if (isAlone && ahead === undefined && known.revision >= (chains.newest(intent.token)?.revision ?? 0)) return known;
    if (ahead === undefined) return this.#newest();
    const clash = this.#clashWith(ahead);
    if (!this.mayChain() || !this.#isOpen(ahead)) return this.wait(clash);
    await chains.breathe();
    return clash;
  }

  /** A turn, and what to merge with; undefined where what the token read still stands. */
  async join(): Promise<Clash | undefined> {
    const { context, intent } = this.#task;
    const { resource, revision } = intent.token;
    this.#leave ??= await turnUntil(context.lanes.enter(resource, PATIENCE_MS), intent.signal);
    await context.chains.breathe();
    const ahead = context.chains.lead(resource);
    if (ahead === undefined && context.chains.newest(intent.token)?.revision === revision) return undefined;
    const next = ahead === undefined ? undefined : this.#clashWith(ahead);
    if (next !== undefined && ahead !== undefined && this.#isOpen(ahead)) return next;
    const clash = next === undefined ? await this.#newest() : await this.wait(next);
    return clash.head?.revision === revision ? undefined : clash;
  }

  /** What is there: as the store told somebody who came before in this process, or when it is asked. */
  async #newest(): Promise<Clash> {
    const { context, intent } = this.#task;
    const head = intent.reads.length === 0 ? context.chains.newest(intent.token) : undefined;
    if (head === undefined || head.revision <= this.#known.revision) return lookAgain(context, intent, this.#known);
    this.#known = landedAt(head);
    return this.#known;
  }

  #isOpen(ahead: Ahead): boolean {
    return ahead.head.version > (this.#known.head?.version ?? 0) && this.#task.context.chains.isOpen(ahead);
  }

  #clashWith(ahead: Ahead): Clash {
    return { status: 'clash', head: ahead.head, revision: this.#known.revision, stalePremises: [], ahead };
  }

  /** Until the store has said what became of the one before, and what is there now. */
  async wait({ ahead }: Clash): Promise<Clash> {
    const { context, intent } = this.#task;
    const head = ahead === undefined ? undefined : await fateOf(context, ahead, intent.signal);
    if (head !== undefined && head.revision > this.#known.revision) this.#known = landedAt(head);
    return lookAgain(context, intent, this.#known);
  }

  /** How a merge goes to the store: whoever comes next goes on from it as soon as it is on its way. */
  sender({ clash: { head, ahead } }: Case, plan: Plan): Sender | undefined {
    const { context } = this.#task;
    const passes = plan.type === 'merged' && plan.resolvedBy === undefined && plan.content !== null;
    if (!passes || head === undefined || head.deleted || !this.mayChain()) return undefined;
    return (request) => {
      const more = context.lanes.length(head.resource) > 1;
      return this.sent(context.chains.send(request, head, ahead, more));
    };
  }

  /** Engines and validators of others see only versions that there are. */
  mayChain(): boolean {
    const { context, strategy } = this.#task;
    if (strategy.name !== 'merge' || context.direct !== undefined || !context.chains.isOn) return false;
    return strategy.validate === undefined && !context.engines.has(strategy.engine);
  }

  /** A store that finds stale what it says is there has not understood the guard: it is not asked that again. */
  checkNamed({ head: { version, hash } }: Ahead, done: Clash): void {
    if (done.stalePremises.length > 0) return;
    if (done.head?.version === version && done.head.hash === hash) this.#task.context.chains.stop();
  }
}

function landedAt(head: Head): Clash {
  return { status: 'clash', head, revision: head.revision, stalePremises: [] };
}

/**
 * After a wait the head has moved: merging against an old one would be work for nothing. A read that lags behind what the
 * store answered to the commit does not take its place (trap T8).
 */
async function lookAgain(context: Context, intent: Intent, known: Clash): Promise<Clash> {
  const ids = [intent.token.resource, ...intent.reads.map((read) => read.resource)];
  const snapshot = await context.store.read(context.space, ids);
  if (snapshot.revision < known.revision) return known;
  const stalePremises = staleReads(intent.reads, (id) => snapshot.heads.find((head) => head?.resource === id));
  return { status: 'clash', head: snapshot.heads[0], revision: snapshot.revision, stalePremises };
}

/** Not for any strategy to decide: counted like every conflict that goes back to its author (rule E7). */
async function handedBack(context: Context, intent: Intent, clash: Clash, reason: string): Promise<Outcome> {
  const outcome = await conflicted(context, intent, clash, reason);
  note(context, { intent, clash }, { type: 'handBack', reason });
  return outcome;
}
