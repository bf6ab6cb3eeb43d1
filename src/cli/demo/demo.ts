// The demo: what happens to the edits of several agents without entente, and with it. Real processes, real files, a
// fixed seed; nothing to install, no network.
import { promises as fs } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { demoFiles } from '../../service/demo/files.ts';
import { createPlan } from '../../service/demo/plan.ts';
import { startAgents } from './agents.ts';
import { readOwnFiles } from './own-files.ts';
import { type DemoIo, showEntente, showIntro, showNext, showPlain } from './print.ts';
import { DATABASE, playEntente, playPlain, type Round, type RoundInput } from './rounds.ts';

export type { DemoIo } from './print.ts';
export type { Round } from './rounds.ts';

export interface DemoOptions {
  /** Equal seeds give equal numbers. @default 7 */
  readonly seed?: number;
  /** Work on a copy of the text files in this folder instead of the demo's own. */
  readonly dir?: string;
  /** Print one JSON object, and leave nothing behind. */
  readonly json?: boolean;
  /** Keep the demo's folder. @default true, false with `json` */
  readonly keep?: boolean;
  /** Where the demo's folder is made. @default the system's folder for temporary files */
  readonly parent?: string;
  /** What the process of each agent runs. @default the agent of this package */
  readonly agent?: string;
}

export interface DemoReport {
  readonly seed: number;
  readonly rounds: readonly Round[];
  /** The command that decides the conflict that is left. `<folder>` stands for a folder that is not kept. */
  readonly next: string;
}

const DEFAULT_SEED = 7;

/** Plays both rounds and says what came out. Throws `misuse` for a folder without text files. */
export async function runDemo(options: DemoOptions, io: DemoIo): Promise<DemoReport> {
  const { seed = DEFAULT_SEED, dir, json = false, keep = !json, parent = os.tmpdir() } = options;
  const files = dir === undefined ? demoFiles : await readOwnFiles(dir);
  const plan = createPlan(seed, files);
  const folder = await fs.mkdtemp(path.join(parent, 'entente-demo-'));
  const agents = startAgents(plan.agents, options.agent);
  const input: RoundInput = { agents, plan, files, folder, signal: io.signal };
  const print = async (lines: readonly string[]): Promise<void> => {
    if (!json) for (const line of lines) await io.line(line);
  };
  let done = false;
  try {
    await print(showIntro(seed, plan, files, io.colors));
    const plain = await playPlain(input);
    await print(showPlain(plain, io.colors));
    const entente = await playEntente(input);
    await print(showEntente(entente, plain, io.colors));
    const number = entente.conflict?.number ?? 0;
    const store = `sqlite:${path.join(keep ? folder : '<folder>', DATABASE)}`;
    const next = `npx entente resolve ${number} --use proposed --store ${quoted(store)}`;
    const report: DemoReport = { seed, rounds: [numbersOf(plain), numbersOf(entente)], next };
    if (keep) await print(showNext({ number, store: quoted(store), folder: quoted(folder), next }, io.colors));
    if (json) await io.line(JSON.stringify(report));
    done = true;
    return report;
  } catch (error) {
    // An agent that Ctrl-C ended before it was ready is no fault of its own.
    io.signal?.throwIfAborted();
    throw error;
  } finally {
    await agents.stop();
    if (!(done && keep)) await fs.rm(folder, { recursive: true, force: true });
  }
}

function numbersOf({ name, edits, kept, lost, merged, waiting, ms }: Round): Round {
  return { name, edits, kept, lost, merged, waiting, ms };
}

/** As a shell takes it. */
function quoted(text: string): string {
  return /^[\w./:@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
