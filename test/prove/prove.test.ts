// The proof in half a minute: every layer, far smaller than `npm run prove`, and every planted bug.
import { describe, expect, it } from 'vitest';
import { layerSeed } from './frame.ts';
import { proofPage } from './page.ts';
import { lastLine, layers, prove } from './prove.ts';

// A machine that has other things to do is slow, not broken.
describe('npm run prove', { timeout: 600_000 }, () => {
  it('[PV1] [PV2] [PV4] every layer holds in small, every planted bug is found, and what was not run is said to be', async () => {
    const report = await prove({ scale: 'smoke', seed: 1 });
    const broken = report.layers.filter(({ result }) => result === 'violated');
    expect(broken.map(({ id, message }) => `${id}: ${message}`)).toEqual([]);
    expect(report.ok).toBe(true);
    expect(report.layers.map(({ id }) => id)).toEqual(layers.map(({ id }) => id));
    const absent = report.layers.filter(({ result }) => result === 'not run').map(({ id }) => id);
    // On a machine of one's own strace, etcd and the right to mount may be missing; the gate has them.
    if (process.env['CI'] === undefined) process.stderr.write(`proof: not run here: ${absent.join(', ')}\n`);
    else expect(absent).toEqual([]);
    for (const { id, result, tally } of report.layers)
      if (result === 'held') expect([id, tally.operations > 0]).toEqual([id, true]);
    expect(report.planted.filter(({ found }) => !found)).toEqual([]);
    expect(lastLine(report)).toMatch(
      /^operations \d{4,}, acknowledged \d{3,}, faults \d{3,}, lost 0, doubled 0, planted 12\/12$/,
    );
    const page = proofPage(report, 'abc');
    const [first] = report.layers;
    if (first === undefined) throw new Error('no layers');
    const lacking = { ...report, layers: [{ ...first, result: 'not run', message: 'no etcd here' } as const] };
    expect(proofPage(lacking, '')).toContain('| – | – | – | – | – | – | **not run**: no etcd here |');
    for (const { id } of layers) expect(page).toContain(`| ${id} |`);
  });

  it('[PV3] one seed gives a layer the same numbers, alone or among the others; a violation is told, not thrown', async () => {
    const only = { scale: 'smoke', seed: 5, only: ['L2', 'L10'] } as const;
    const [one, two] = [await prove(only), await prove({ ...only, only: ['L10'] })];
    expect(two.layers[0]?.tally).toEqual(one.layers[1]?.tally);
    expect(new Set(layers.map(({ id }) => layerSeed(5, id))).size).toBeGreaterThan(11);
    expect(layerSeed(5, 'L3')).not.toBe(layerSeed(6, 'L3'));
  });
});
