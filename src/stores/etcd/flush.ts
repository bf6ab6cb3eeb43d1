// One group of commits: what it stands on is looked up, it is sent, and each is told what became of it. Nothing is sent twice
// but what etcd says it did not do.
import { isEntenteError } from '../../core/errors.ts';
import type { ContentCache } from '../content-cache.ts';
import type { CommitReply } from '../store.ts';
import { sendContents } from './contents.ts';
import type { Encoded } from './encode.ts';
import { isFull, leavesNothing } from './errors.ts';
import { gatherFacts } from './facts.ts';
import type { Opened } from './opened.ts';
import { type Planned, planCommit, type Touched } from './plan.ts';
import { type Fate, fateOf, replayOf } from './replies.ts';
import { mayBeFlat, type Sent, sendFlat, sendNested } from './transaction.ts';
import { trimFrom } from './values.ts';
import { base64, getOp, ranged } from './wire.ts';

/** How often a transaction is formed anew because the segment was closed or a content was taken away meanwhile. */
const TRIES = 8;
/** Groups for which no flat transaction is tried after one that did not hold: others write to the same places. */
const DOUBTS = 8;

/** A commit that is to be answered. */
export interface Waiting {
  readonly encoded: Encoded;
  readonly touched: Touched;
  readonly call: number;
  tries: number;
  readonly answer: (reply: CommitReply) => void;
}

/** Groups of a space that go without being tried as flat ones. */
export interface Doubts {
  left: number;
}

export interface Told {
  readonly cache: ContentCache;
  /** Hears of a space that this process has changed. */
  readonly onCommit: (space: string) => void;
  readonly doubts: Doubts;
}

/** One transaction for a group; answers those that have to go again. Never throws. */
export async function flush(
  opened: Opened,
  space: string,
  waiting: readonly Waiting[],
  told: Told,
): Promise<Waiting[]> {
  const { doubts } = told;
  let open = waiting;
  let sent = false;
  try {
    open = await ofThisEpoch(opened, open);
    if (open.length === 0) return [];
    const segment = await opened.segments.open(space);
    const facts = await gatherFacts(
      opened,
      open.map(({ encoded }) => encoded),
    );
    const { keys } = opened;
    const planned = open.map(({ encoded }, place) => planCommit(encoded, facts, { keys, segment, place }));
    sent = true;
    const group: Group = { space, open, planned };
    if (doubts.left === 0 && mayBeFlat(planned)) {
      const answer = await sendFlat(opened, space, segment, planned);
      const again = await settleFlat(opened, group, answer, told);
      if (again !== undefined) return again;
      if (open.length > 1) doubts.left = DOUBTS;
    }
    doubts.left = Math.max(0, doubts.left - 1);
    const answer = await sendNested(opened, space, segment, planned);
    return answer.done ? await tell(opened, group, answer, told) : formAnew(opened, group, answer);
  } catch (error) {
    if (sent && isFull(error)) return settleFull(opened, open, error, () => told.onCommit(space));
    // What is thrown by the reading of an answer says nothing of what was done.
    const isSure = !sent || (!isEntenteError(error) && leavesNothing(error));
    const reply: CommitReply = { status: isSure ? 'unavailable' : 'unknown', error: opened.faultOf(error) };
    for (const item of open) item.answer(reply);
    return [];
  }
}

/** Commits of one transaction, each at its place. */
interface Group {
  readonly space: string;
  readonly open: readonly Waiting[];
  readonly planned: readonly Planned[];
}

/** Undefined where nothing was done and each has to be asked for itself what stands against it. */
async function settleFlat(opened: Opened, group: Group, answer: Sent, told: Told): Promise<Waiting[] | undefined> {
  if (answer.done) return tell(opened, group, answer, told);
  const [epoch, seals] = answer.ahead.map((response) => ranged(response).kvs);
  if (epoch?.[0]?.value.toString('utf8') !== opened.epoch() || (seals ?? []).length > 0) {
    return formAnew(opened, group, answer);
  }
  const [only] = fatesOf(opened, group, answer);
  return only === undefined || only.status === 'again' ? undefined : tell(opened, group, answer, told);
}

/** A full etcd has done the transaction or has not; whichever it is, it is over, so that a look tells. */
async function settleFull(
  opened: Opened,
  group: readonly Waiting[],
  error: unknown,
  onLanded: () => void,
): Promise<Waiting[]> {
  const { client, keys, faultOf } = opened;
  let found: readonly (string | undefined)[];
  try {
    const { responses } = await client.read(group.map(({ encoded }) => getOp(keys.landed(encoded.space, encoded.key))));
    found = responses.map((response) => ranged(response).kvs[0]?.value.toString('utf8'));
  } catch (doubt) {
    for (const { answer } of group) answer({ status: 'unknown', error: faultOf(doubt) });
    return [];
  }
  for (const [place, { encoded, answer }] of group.entries()) {
    const segment = found[place];
    if (segment === undefined) answer({ status: 'unavailable', error: faultOf(error) });
    else answer(await replayOf(opened, encoded, Number(segment)));
  }
  if (found.some((segment) => segment !== undefined)) onLanded();
  return [];
}

/** Those of another epoch are refused, after a look whether it is this process that has an old one. */
async function ofThisEpoch(opened: Opened, group: readonly Waiting[]): Promise<readonly Waiting[]> {
  if (group.some(({ encoded }) => encoded.epoch !== opened.epoch())) {
    const { kvs } = await opened.client.range({ key: base64(opened.keys.epoch) });
    opened.changeEpoch(kvs[0]?.value.toString('utf8') ?? '');
  }
  const epoch = opened.epoch();
  return group.filter(({ encoded, answer }) => {
    if (encoded.epoch !== epoch) answer({ status: 'epoch-changed', epoch });
    return encoded.epoch === epoch;
  });
}

/** The history is another one, or the segment is closed: nothing was done, and all of it may go again. */
function formAnew(opened: Opened, { space, open }: Group, { ahead }: Sent): Waiting[] {
  const [epoch, seals] = ahead.map((response) => ranged(response).kvs);
  opened.changeEpoch(epoch?.[0]?.value.toString('utf8') ?? '');
  if (seals === undefined || seals.length === 0) opened.segments.forget(space);
  else opened.segments.learn(space, seals);
  return again(opened, open);
}

function again(opened: Opened, group: readonly Waiting[]): Waiting[] {
  return group.filter((item) => {
    item.tries += 1;
    if (item.tries <= TRIES) return true;
    const error = opened.faultOf(new Error('the log was closed under this commit again and again'));
    item.answer({ status: 'unavailable', error });
    return false;
  });
}

/** What became of each commit that the answer tells of. */
function fatesOf(opened: Opened, { space, open, planned }: Group, { mod, own, behind }: Sent): readonly Fate[] {
  const [lasts, trim] = behind.map((response) => ranged(response).kvs);
  const revision = lasts === undefined ? 0 : opened.lasts.learn(space, lasts);
  const { trimmed } = trimFrom(trim?.[0]);
  return own.map((one, place) => {
    const { encoded } = open[place] as Waiting;
    return fateOf(encoded, planned[place] as Planned, { place, mod, own: one, revision, trimmed });
  });
}

async function tell(opened: Opened, group: Group, answer: Sent, { cache, onCommit }: Told): Promise<Waiting[]> {
  const { space, open } = group;
  let landed = 0;
  const retry: Waiting[] = [];
  for (const [place, fate] of fatesOf(opened, group, answer).entries()) {
    const item = open[place] as Waiting;
    if (fate.status === 'again') retry.push(item);
    else if (fate.status === 'landed') item.answer(await replayOf(opened, item.encoded, fate.segment));
    else {
      if (fate.status === 'committed') {
        landed += 1;
        opened.lasts.reach(space, fate.revision);
        for (const head of fate.heads) opened.known.put(space, head);
        for (const [hash, bytes] of item.encoded.inline) cache.put(hash, bytes);
      }
      item.answer(fate);
    }
  }
  if (landed > 0) {
    onCommit(space);
    // A segment that stays open too long only makes reading slower.
    await opened.segments.added(space, landed).catch(() => undefined);
  }
  for (const { encoded } of retry) await sendContents(opened, encoded.large);
  return again(opened, retry);
}
