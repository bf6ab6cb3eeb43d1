// The open store: the client, the keys, the epoch, and in which segment of its log each space is. What is wrong with a
// set-up shows here, before the first commit.
import { randomUUID } from 'node:crypto';
import { EntenteError } from '../../core/errors.ts';
import type { EtcdClient } from './client.ts';
import type { Elsewhere } from './elsewhere.ts';
import { faultOf } from './errors.ts';
import { createKeys, type Keys } from './keys.ts';
import { KnownHeads } from './known.ts';
import { createLasts, type Lasts } from './lasts.ts';
import { createSegments, type Segments } from './segments.ts';
import { warningFor } from './versions.ts';
import { getOp, isAbsent, putOp, ranged } from './wire.ts';

/** The layout of keys and values; a store of a higher one is refused. */
const FORMAT = 1;

export interface Opened {
  readonly client: EtcdClient;
  readonly keys: Keys;
  readonly known: KnownHeads;
  readonly segments: Segments;
  readonly lasts: Lasts;
  readonly elsewhere: Elsewhere | undefined;
  /** For messages: the address without anything secret. */
  readonly place: string;
  epoch(): string;
  /** The epoch that a commit was told of. */
  changeEpoch(now: string): void;
  faultOf(error: unknown): EntenteError;
}

export interface OpenOptions {
  readonly prefix: string;
  readonly place: string;
  readonly onWarning: (message: string) => void;
  readonly elsewhere: Elsewhere | undefined;
}

export async function open(client: EtcdClient, { prefix, place, onWarning, elsewhere }: OpenOptions): Promise<Opened> {
  const keys = createKeys(prefix);
  let epoch: string;
  try {
    epoch = await readEpoch(client, keys, place);
  } catch (error) {
    throw faultOf(error, place);
  }
  const warning = warningFor(await client.version());
  if (warning !== undefined) onWarning(`${place}: ${warning}`);
  const known = new KnownHeads();
  const segments = createSegments(client, keys);
  const lasts = createLasts(keys);
  return {
    client,
    keys,
    known,
    segments,
    lasts,
    elsewhere,
    place,
    epoch: () => epoch,
    changeEpoch(now) {
      if (now === epoch) return;
      epoch = now;
      known.clear();
      segments.forget();
      lasts.forget();
    },
    faultOf: (error) => faultOf(error, place),
  };
}

async function readEpoch(client: EtcdClient, keys: Keys, place: string): Promise<string> {
  const { responses } = await client.read([getOp(keys.epoch), getOp(keys.format)]);
  const [epoch, format] = responses.map((response) => ranged(response).kvs[0]?.value.toString('utf8'));
  if (epoch === undefined) return makeEpoch(client, keys, place);
  if (!(Number(format ?? FORMAT) <= FORMAT)) {
    throw new EntenteError('store-newer', `${place} was written by a newer entente (format ${format}).`, {
      next: 'Install a newer entente: npm install entente@latest.',
    });
  }
  return epoch;
}

/** Processes that start together make one history. */
async function makeEpoch(client: EtcdClient, keys: Keys, place: string): Promise<string> {
  const success = [putOp(keys.epoch, randomUUID()), putOp(keys.format, String(FORMAT))];
  await client.write({ compare: [isAbsent(keys.epoch)], success, failure: [] });
  return readEpoch(client, keys, place);
}
