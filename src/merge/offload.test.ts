// Merges in threads: how many at once, and that each is answered (rule C8).
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { offloadMerge } from './offload.ts';

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../test/fixtures/engines/${name}.mjs`, import.meta.url));
const side = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

describe('threads', () => {
  it('[C8] are never more than there are cores; who waits is answered too, and one that hangs stops nobody', async () => {
    const channel = new BroadcastChannel('entente.engines.counted');
    let now = 0;
    let most = 0;
    channel.onmessage = (event: unknown) => {
      now += (event as { readonly data: number }).data;
      most = Math.max(most, now);
    };
    const input = { base: side(''), current: side('c'), proposed: side('p') };
    const hanging = offloadMerge(input, { ms: 20, modulePath: fixture('endless') });
    const many = Array.from({ length: 4 * availableParallelism() }, () =>
      offloadMerge(input, { ms: 5000, modulePath: fixture('counted') }),
    );
    const results = await Promise.all(many);
    expect(results.map(({ status }) => status)).toEqual(many.map(() => 'clean'));
    expect(await hanging).toMatchObject({ status: 'error', code: 'strategy-threw' });
    channel.close();
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(availableParallelism());
  });
});
