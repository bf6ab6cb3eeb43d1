// One batch put to the database: a short way where it is of a kind that has one, and else the common one. What stood in
// another transaction's way is tried again.
import { batchParameters, COMMIT_BATCH, type Placed } from './batch.ts';
import { COMMIT_CHAIN, chainParameters, isChainBatch } from './chain.ts';
import type { Writer } from './connection.ts';
import { isDuplicate, isNotPlain, isSerialization } from './errors.ts';
import { COMMIT_PLAIN, isPlainBatch, plainParameters } from './plain.ts';
import type { Row } from './session.ts';

/** How often a batch that stood in another transaction's way is tried before that is told. */
const TRIES = 6;

export interface Call {
  readonly sid: number;
  readonly batch: readonly Placed[];
  readonly epoch: string;
}

/** What the database answers; throws what the client throws. */
export async function call(writer: Writer, call: Call, random: () => number): Promise<Row> {
  return (await goShort(writer, call, random)) ?? (await goCommon(writer, call, random));
}

/** Undefined where nothing was done. */
async function goShort(writer: Writer, { sid, batch, epoch }: Call, random: () => number): Promise<Row | undefined> {
  const way = wayOf(batch);
  if (way === undefined) return undefined;
  try {
    const [row = {}] = await persist(() => writer.write(...way(sid, batch, epoch)), random);
    return row['o_revision'] === null && row['o_epoch'] === epoch ? undefined : row;
  } catch (error) {
    if (isNotPlain(error) || isDuplicate(error)) return undefined;
    throw error;
  }
}

async function goCommon(writer: Writer, { sid, batch, epoch }: Call, random: () => number): Promise<Row> {
  const go = async (isCareful: boolean): Promise<Row> => {
    const parameters = batchParameters(sid, batch, epoch, isCareful);
    const [row = {}] = await persist(() => writer.write(COMMIT_BATCH, parameters), random);
    return row;
  };
  try {
    return await go(false);
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    return go(true);
  }
}

/** Tries again what stood in another transaction's way. */
async function persist<T>(work: () => Promise<T>, random: () => number): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isSerialization(error) || tries === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, random() * 5 * 2 ** tries));
    }
  }
}

/** A short way: its statement and the parameters. What it cannot do whole is left undone, and goes the common way. */
type ShortWay = (sid: number, batch: readonly Placed[], epoch: string) => [string, unknown[]];

function wayOf(batch: readonly Placed[]): ShortWay | undefined {
  if (isPlainBatch(batch)) return (...call) => [COMMIT_PLAIN, plainParameters(...call)];
  if (isChainBatch(batch)) return (...call) => [COMMIT_CHAIN, chainParameters(...call)];
  return undefined;
}
