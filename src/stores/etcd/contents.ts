// Contents: bytes under their hash in chunks, and beside them one key for everybody who needs them. Small ones go along
// with their commit; large ones are sent before it, under a lease that ends by itself when the commit never comes.
// A content goes when no key says that it is needed, and that is compared in the transaction that takes it away.
import { randomBytes } from 'node:crypto';
import { EntenteError } from '../../core/errors.ts';
import type { EtcdClient } from './client.ts';
import type { Elsewhere } from './elsewhere.ts';
import type { Keys } from './keys.ts';
import {
  deleteOp,
  deleteUnderOp,
  hasMod,
  isEmpty,
  nested,
  type Operation,
  putOp,
  ranged,
  rangeOp,
  txnOp,
  under,
} from './wire.ts';

/** Well below the 1.5 MiB of a request. */
const CHUNK = 960 * 1024;

/** How long what was sent may wait for its commit. */
const LEASE_SECONDS = 600;

/** Contents that one transaction looks at. */
const STEP = 50;

/** Where contents are: the client and the keys, and another store if there is one for the large ones. */
export interface Contents {
  readonly client: EtcdClient;
  readonly keys: Keys;
  readonly elsewhere: Elsewhere | undefined;
}

export async function sendContents(
  { client, keys, elsewhere }: Contents,
  contents: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  if (contents.size === 0) return;
  const lease = await client.grant(LEASE_SECONDS);
  for (const [hash, bytes] of contents) {
    const held = keys.byUpload(hash, randomBytes(9).toString('base64url'));
    await write(client, [putOp(held, '', lease), putOp(keys.upload(hash), '')]);
    if (elsewhere !== undefined) {
      await elsewhere.put(hash, bytes);
      await write(client, [putOp(keys.chunk(hash, 0), ''), putOp(keys.elsewhere(hash), '')]);
      continue;
    }
    // The first chunk last: where it is, all are.
    for (let place = Math.max(0, Math.ceil(bytes.length / CHUNK) - 1); place >= 0; place -= 1) {
      const chunk = putOp(keys.chunk(hash, place), bytes.subarray(place * CHUNK, (place + 1) * CHUNK));
      await write(client, place === 0 ? [chunk, deleteOp(keys.elsewhere(hash))] : [chunk]);
    }
  }
}

async function write(client: EtcdClient, success: readonly Operation[]): Promise<void> {
  await client.write({ compare: [], success, failure: [] });
}

export async function readContent(
  { client, keys, elsewhere }: Contents,
  hash: string,
): Promise<Uint8Array | undefined> {
  const { kvs } = await client.range(under(keys.chunks(hash)));
  if (kvs[0]?.key !== keys.chunk(hash, 0)) return undefined;
  if (kvs.at(-1)?.key === keys.elsewhere(hash)) {
    if (elsewhere === undefined) throw noElsewhere();
    return elsewhere.get(hash);
  }
  return new Uint8Array(Buffer.concat(kvs.map(({ value }) => value)));
}

function noElsewhere(): EntenteError {
  return new EntenteError('store-unavailable', 'This content is in another store, which the address does not name.', {
    next: 'Name it as the others do: etcd://…?contents=URL',
  });
}

/** Takes away those that nobody needs. */
export async function dropUnneeded(contents: Contents, hashes: readonly string[]): Promise<void> {
  const { client, keys, elsewhere } = contents;
  for (let at = 0; at < hashes.length; at += STEP) {
    const some = hashes.slice(at, at + STEP);
    // Seen before it is let go of: what is put again after that is another version.
    const heads = await elsewhere?.look(some);
    const success = some.map((hash) =>
      txnOp({
        compare: [isEmpty(keys.holders(hash))],
        success: [deleteUnderOp(keys.chunks(hash)), deleteOp(keys.upload(hash))],
        failure: [],
      }),
    );
    const { responses } = await client.write({ compare: [], success, failure: [] });
    await elsewhere?.drop((heads ?? []).filter((_, index) => nested(responses[index]).succeeded));
  }
}

/**
 * Looks at what was sent before its commit: forgotten where the commit came and the lease is over, taken away where it
 * never will come.
 */
export async function sweepUploads(contents: Contents): Promise<void> {
  const { client, keys } = contents;
  const { kvs } = await client.range({ ...under(keys.uploads()), keys_only: true });
  for (let at = 0; at < kvs.length; at += STEP) {
    const some = kvs.slice(at, at + STEP).map(({ key, mod }) => ({ key, mod, hash: keys.hashOfUpload(key) }));
    const counted = (prefix: string): Operation => rangeOp({ ...under(prefix), count_only: true });
    const { responses } = await client.read(
      some.flatMap(({ hash }) => [counted(keys.holders(hash)), counted(keys.byUpload(hash, ''))]),
    );
    const counts = responses.map((response) => ranged(response).count);
    const isSettled = some.map((_, index) => (counts[index * 2] ?? 0) > 0 && counts[index * 2 + 1] === 0);
    // Told anew in between, it is looked at the next time.
    const forget = some
      .filter((_, index) => isSettled[index])
      .map(({ key, mod }) => txnOp({ compare: [hasMod(key, mod)], success: [deleteOp(key)], failure: [] }));
    if (forget.length > 0) await write(client, forget);
    const free = some.filter((_, index) => counts[index * 2] === 0).map(({ hash }) => hash);
    await dropUnneeded(contents, free);
  }
}
