import { execSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pico from 'picocolors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundled } from '../../../test/support/bundled.ts';
import { commandLine } from '../../../test/support/command-line.ts';
import { createController } from '../../controller/controller.ts';
import { hashOf } from '../../core/hash.ts';
import { hasMark } from '../../service/demo/edits.ts';
import { type DemoFile, demoFiles } from '../../service/demo/files.ts';
import { createPlan } from '../../service/demo/plan.ts';
import { createSqliteStore } from '../../stores/sqlite.ts';
import { startAgents } from './agents.ts';
import { type DemoOptions, type DemoReport, runDemo } from './demo.ts';
import { readOwnFiles } from './own-files.ts';

const agent = bundled(fileURLToPath(new URL('./agent.ts', import.meta.url)));

/** Runs the demo in a folder of the test's own, so that what it leaves behind can be seen. */
async function run(options: DemoOptions, signal?: AbortSignal): Promise<{ report: DemoReport; lines: string[] }> {
  const lines: string[] = [];
  const line = (text: string): void => void lines.push(text);
  const io = { line, colors: pico.createColors(false), ...(signal === undefined ? {} : { signal }) };
  return { report: await runDemo({ parent: folder, agent, ...options }, io), lines };
}

function withoutTimes(report: DemoReport): unknown {
  return { ...report, rounds: report.rounds.map(({ ms, ...round }) => ({ ...round, ms: ms >= 0 })) };
}

/** What the printed command says. */
function runPrinted(command: string): unknown {
  const words = command.trim().split(' ');
  expect(words.slice(0, 2)).toEqual(['npx', 'entente']);
  const args = [...words.slice(2), '--agent', 'you', '--json'].map((word) => `'${word}'`);
  return JSON.parse(execSync([commandLine, ...args].join(' '), { encoding: 'utf8' }));
}

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entente-demo-test-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('demo', () => {
  it('[DM1] [DM3] [DM4] [DM6] tells the same numbers twice, and leaves nothing behind', async () => {
    const first = await run({ json: true });
    const second = await run({ json: true });
    expect(withoutTimes(second.report)).toEqual(withoutTimes(first.report));
    expect(first.lines).toEqual([JSON.stringify(first.report)]);
    expect(readdirSync(folder)).toEqual([]);
    const [plain, entente] = first.report.rounds;
    expect(plain).toMatchObject({ name: 'plain', edits: 40, merged: 0, waiting: 0 });
    expect(entente).toMatchObject({ name: 'entente', edits: 40, kept: 39, lost: 0, waiting: 1 });
    expect(plain?.lost).toBeGreaterThan(5);
    expect((plain?.kept ?? 0) + (plain?.lost ?? 0)).toBe(40);
    expect(entente?.merged).toBeGreaterThan(5);
  });

  it('[DM3] [DM5] [DM8] leaves a conflict that the printed command decides, with every other edit in place', async () => {
    const { report, lines } = await run({ seed: 3 });
    expect(report).toMatchObject({ seed: 3, rounds: [{ lost: 8 }, { lost: 0, waiting: 1 }] });
    expect(lines.length).toBeLessThanOrEqual(25);
    for (const line of lines) expect(line.replaceAll(folder, '').length).toBeLessThanOrEqual(120);
    expect(lines.at(-1)?.trim()).toBe(report.next);
    const [kept = ''] = readdirSync(folder);
    const place = join(folder, kept);
    expect(lines.map((line) => line.trim())).toContain(`rm -r ${place}`);
    // The numbers of round 1 are those of the files that are still there.
    const { edits } = createPlan(report.seed, demoFiles);
    const there = edits.filter(({ resource, mark }) =>
      hasMark(readFileSync(join(place, 'round-1', resource), 'utf8'), mark),
    );
    expect(there).toHaveLength(report.rounds[0]?.kept ?? 0);

    const show = lines.find((line) => line.includes('conflicts show')) ?? '';
    expect(runPrinted(show)).toMatchObject({ state: 'open', resource: 'plan.md' });
    expect(runPrinted(report.next)).toMatchObject({ status: expect.stringMatching(/committed|merged/) });
    const database = createSqliteStore({ path: join(place, 'entente.db') });
    const controller = createController({ store: database });
    const decided = new TextDecoder().decode((await controller.read('plan.md'))?.content);
    const ofPlan = edits.filter((edit) => edit.resource === 'plan.md');
    const gone = ofPlan.filter((edit) => !hasMark(decided, edit.mark));
    expect(gone.map((edit) => edit.clash)).toEqual([true]);
    expect((await controller.conflicts({ state: 'open' })).items).toEqual([]);
    await controller.close();
  });

  it('[DM2] the agents are processes of their own, and the plan has them overlap', async () => {
    const plan = createPlan(7, demoFiles);
    const agents = startAgents(plan.agents);
    try {
      expect(new Set([process.pid, ...agents.pids]).size).toBe(1 + plan.agents.length);
      await agents.tellAll({ do: 'plain', folder });
      const edit = plan.edits[0];
      if (edit === undefined) throw new Error('no edits');
      await expect(agents.tell(edit.agent, { do: 'read', edit })).rejects.toThrow(
        `Agent ${edit.agent} failed: Error: ENOENT`,
      );
    } finally {
      await agents.stop();
    }
    let overlapping = 0;
    const open = new Map<string, string>();
    for (const { do: what, edit } of plan.steps) {
      if (what === 'read') {
        expect(open.has(edit.agent)).toBe(false);
        if ([...open.values()].includes(edit.resource)) overlapping += 1;
        open.set(edit.agent, edit.resource);
      } else open.delete(edit.agent);
    }
    expect(overlapping).toBeGreaterThan(5);
    expect(plan.steps).toHaveLength(2 * plan.edits.length);
  });

  it('[DM2] [DM4] every seed plans one contradiction, read by both before either writes', () => {
    for (let seed = 0; seed < 200; seed += 1) {
      const { steps, edits } = createPlan(seed, demoFiles);
      const clash = steps.flatMap(({ do: what, edit }, index) => (edit.clash === true ? [{ what, edit, index }] : []));
      expect(clash.map(({ what }) => what)).toEqual(['read', 'read', 'write', 'write']);
      expect(clash.map(({ index }) => index - (clash[0]?.index ?? 0))).toEqual([0, 1, 2, 3]);
      expect(new Set(clash.map(({ edit }) => edit.agent)).size).toBe(2);
      expect(new Set(edits.map((edit) => edit.id)).size).toBe(40);
    }
  });

  it('[DM3] the checker tells every edit from every other', () => {
    const { edits } = createPlan(7, demoFiles);
    for (const file of demoFiles) for (const { mark } of edits) expect(hasMark(file.text, mark)).toBe(false);
    expect(new Set(edits.map(({ mark }) => JSON.stringify(mark))).size).toBe(edits.length);
  });

  it('[DM6] leaves nothing behind after Ctrl-C', async () => {
    const controller = new AbortController();
    const line = (): void => controller.abort(new Error('interrupted'));
    const io = { line, colors: pico.createColors(false), signal: controller.signal };
    await expect(runDemo({ parent: folder, agent }, io)).rejects.toThrow('interrupted');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('[DM7] works on a copy of a folder, and leaves the folder as it was', async () => {
    const dir = join(folder, 'mine');
    mkdirSync(join(dir, 'docs', '.hidden'), { recursive: true });
    const lines = Array.from({ length: 60 }, (_, index) => `line ${index} of mine`);
    const contents: Readonly<Record<string, string | Uint8Array>> = {
      'README.md': lines.join('\r\n'),
      'docs/odd [name] (1)!.md': `${lines.join('\n')}\n`,
      'package.json': '{"name":"mine","version":"1.0.0"}',
      'broken.json': '{ "not": json,\n\n\n\n "second": 1\n\n\n\n}',
      'empty.txt': '',
      'picture.png': new Uint8Array([137, 80, 78, 71, 0, 1, 2]),
      'latin1.txt': new Uint8Array([0xe9, 0x0a]),
      'docs/.hidden/secret.txt': 'never\nread\n',
    };
    for (const [name, content] of Object.entries(contents)) writeFileSync(join(dir, name), content);
    const sums = (): readonly string[] => Object.keys(contents).map((name) => hashOf(readFileSync(join(dir, name))));
    const untouched = sums();
    const { report, lines: told } = await run({ dir, seed: 5 });
    expect(report.rounds[1]).toMatchObject({ lost: 0, waiting: 1 });
    expect(report.rounds[0]?.lost).toBeGreaterThan(0);
    expect(sums()).toEqual(untouched);
    expect(told.length).toBeLessThanOrEqual(25);
    const place = readdirSync(folder).find((name) => name.startsWith('entente-demo-')) ?? '';
    const copied = readdirSync(join(folder, place, 'round-1'), { recursive: true })
      .map(String)
      .sort();
    expect(copied).toEqual(['README.md', 'broken.json', 'docs', 'docs/odd [name] (1)!.md', 'package.json']);
    expect(readFileSync(join(folder, place, 'round-2', 'README.md'), 'utf8').split('\r\n')).toHaveLength(60);
  });

  it('[DM7] makes do with one short file', async () => {
    const dir = join(folder, 'small');
    mkdirSync(dir);
    writeFileSync(join(dir, 'note.txt'), 'one line');
    const { report } = await run({ dir, json: true });
    expect(report.rounds).toMatchObject([
      { edits: 2, kept: 1, lost: 1 },
      { edits: 2, kept: 1, lost: 0, waiting: 1 },
    ]);
  });

  it('[DM7] refuses a folder without text, and one that is not there', async () => {
    await expect(run({ dir: folder })).rejects.toMatchObject({ code: 'misuse' });
    await expect(run({ dir: join(folder, 'nowhere') })).rejects.toMatchObject({ code: 'misuse' });
    expect(existsSync(folder) && readdirSync(folder)).toEqual([]);
  });

  it('[DM7] takes at most eight files, with edits that never touch', async () => {
    for (let file = 0; file < 20; file += 1)
      writeFileSync(join(folder, `${file}.md`), 'a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n');
    const files: readonly DemoFile[] = await readOwnFiles(folder);
    expect(files).toHaveLength(8);
    expect(files.filter((file) => file.contested !== undefined)).toHaveLength(1);
    expect(files[0]?.targets.map((target) => target('e01', 'anna'))).toMatchObject([{ old: 'e' }, { old: 'i' }]);
  });
});
