// What commits go on from: the heads that their guards name and the records that they replace. Heads are mostly known
// from before; the rest is asked in one question for the whole group. It may be old when the transaction comes, and is
// compared there.
import type { Head } from '../../core/version.ts';
import type { Guard } from '../store.ts';
import type { Encoded, EncodedRecord } from './encode.ts';
import { isNamed } from './known.ts';
import type { Opened } from './opened.ts';
import type { Facts } from './plan.ts';
import { headFrom, type RecordFacts, recordFrom } from './values.ts';
import { getOp, type Kv, type Operation, ranged } from './wire.ts';

/** Operations of one question. */
const STEP = 120;

export async function gatherFacts({ client, keys, known }: Opened, group: readonly Encoded[]): Promise<Facts> {
  const asked = new Map<string, (kv: Kv) => void>();
  const heads = new Map<Guard, Head>();
  const records = new Map<EncodedRecord, RecordFacts>();
  for (const { space, guards, records: replaced } of group) {
    for (const guard of guards) {
      if (guard.revision === 0 && guard.version === undefined) continue;
      const head = known.get(space, guard);
      if (head !== undefined) heads.set(guard, head);
      else {
        also(asked, keys.head(space, guard.resource), (kv) => {
          const found = headFrom(guard.resource, kv);
          known.put(space, found);
          if (isNamed(guard, found)) heads.set(guard, found);
        });
      }
    }
    for (const record of replaced) {
      if (record.expected === 0) continue;
      also(asked, keys.record(space, record.kind, record.id), (kv) => {
        const found = recordFrom(kv);
        if (found.revision === record.expected) records.set(record, found);
      });
    }
  }
  await ask([...asked], (operations) => client.read(operations));
  return { base: (guard) => heads.get(guard), record: (record) => records.get(record) };
}

function also(asked: Map<string, (kv: Kv) => void>, key: string, hear: (kv: Kv) => void): void {
  const before = asked.get(key);
  asked.set(key, (kv) => {
    before?.(kv);
    hear(kv);
  });
}

async function ask(
  asked: readonly (readonly [key: string, hear: (kv: Kv) => void])[],
  read: (operations: readonly Operation[]) => ReturnType<Opened['client']['read']>,
): Promise<void> {
  for (let at = 0; at < asked.length; at += STEP) {
    const some = asked.slice(at, at + STEP);
    const { responses } = await read(some.map(([key]) => getOp(key)));
    for (const [index, [, hear]] of some.entries()) {
      const [kv] = ranged(responses[index]).kvs;
      if (kv !== undefined) hear(kv);
    }
  }
}
