// What a hook costs at each call of a tool: the front as hosts start it, on the built package, against the start of Node
// alone, in turn in one run; and what a repair costs an agent, against reading the file again.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openGuard } from '../src/cli/place/guard.ts';
import { findPlace } from '../src/guard/front/place.ts';
import type { Row } from './rows.ts';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const FRONT = join(PACKAGE, 'bin/entente-hook');
const MAIN = join(PACKAGE, 'dist/cli/main.js');
const ROUNDS = 50;

function project(): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'entente-hook-bench-')));
  const git = (...args: readonly string[]): void => {
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], {
      cwd: root,
      stdio: 'ignore',
    });
  };
  git('init', '-q');
  writeFileSync(join(root, 'file.ts'), fileOf(10_000));
  git('add', '.');
  git('commit', '-qm', 'first');
  execFileSync(process.execPath, [MAIN, 'init', '-q'], { cwd: root, stdio: 'ignore' });
  return root;
}

/** Source of about so many bytes, each line another one. */
function fileOf(bytes: number): string {
  const lines: string[] = [];
  for (let size = 0, line = 0; size < bytes; line += 1) {
    const text = `export const value${line} = compute(${line * 7}, 'some text of line ${line}');\n`;
    lines.push(text);
    size += text.length;
  }
  return lines.join('');
}

interface Cycle {
  readonly read: string;
  readonly before: string;
  readonly after: string;
  /** What the host does in between. */
  land(): void;
}

function cycle(root: string, session: string, round: number): Cycle {
  const file = join(root, 'file.ts');
  const [old, next] = round % 2 === 0 ? ['value50 ', 'other50 '] : ['other50 ', 'value50 '];
  const body = (event: string, tool: string, input: object): string =>
    JSON.stringify({
      ...{ session_id: session, transcript_path: '/t.jsonl', cwd: root, permission_mode: 'default' },
      ...{ hook_event_name: event, tool_name: tool, tool_input: input, tool_use_id: `toolu_${session}_${round}` },
    });
  const edit = { file_path: file, old_string: old, new_string: next };
  return {
    read: body('PreToolUse', 'Read', { file_path: file }),
    before: body('PreToolUse', 'Edit', edit),
    after: body('PostToolUse', 'Edit', edit),
    land: () => writeFileSync(file, readFileSync(file, 'utf8').replace(old, next)),
  };
}

function timed(times: number[], command: string, args: readonly string[], root: string, input: string): void {
  const start = performance.now();
  const { status, stdout } = spawnSync(command, args, { cwd: root, input });
  times.push(performance.now() - start);
  if (status !== 0 || stdout.length > 0) throw new Error(`a hook ended with ${status} and said ${stdout}`);
}

function at(times: readonly number[], part: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

function measure(root: string, session: string): { readonly ours: number[]; readonly node: number[] } {
  const [ours, node]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { read, before, after, land } = cycle(root, session, round);
    const call = (input: string): void => {
      timed(node, process.execPath, ['-e', '0'], root, '');
      timed(ours, FRONT, ['claude-code'], root, input);
    };
    call(read);
    call(before);
    land();
    call(after);
  }
  return { ours, node };
}

const ms = (value: number): string => `${value.toFixed(1)} ms`;

async function serve(root: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [MAIN, 'guard'], { cwd: root, stdio: 'ignore' });
  while (!existsSync(join(root, '.entente/guard.sock'))) await new Promise((resolve) => setTimeout(resolve, 50));
  return child;
}

async function latency(): Promise<Row[]> {
  const root = project();
  try {
    const alone = measure(root, 'alone');
    const guard = await serve(root);
    const served = measure(root, 'served');
    guard.kill('SIGTERM');
    await new Promise((resolve) => guard.once('close', resolve));
    const ratio = at(alone.ours, 0.5) / at(alone.node, 0.5);
    const [p50, p99] = [at(served.ours, 0.5), at(served.ours, 0.99)];
    return [
      {
        what: 'a hook without a guard process, nothing moved (read, before and after an edit), p50; against node -e 0',
        ...{
          ours: ms(at(alone.ours, 0.5)),
          baseline: ms(at(alone.node, 0.5)),
          ratio,
          bar: '≤ 1.4 ×',
          ok: ratio <= 1.4,
        },
      },
      {
        what: 'the same, p99',
        ...{ ours: ms(at(alone.ours, 0.99)), baseline: ms(at(alone.node, 0.99)) },
        ...{ ratio: at(alone.ours, 0.99) / at(alone.node, 0.99), bar: 'told', ok: true },
      },
      {
        what: 'a hook with a guard process, p50; against 25 ms',
        ...{ ours: ms(p50), baseline: ms(25), ratio: p50 / 25, bar: '≤ 1 ×', ok: p50 <= 25 },
        why: `The shell and perl take about 6 ms of the processor, the guard the rest; node -e 0 took ${ms(at(served.node, 0.5))} in this run.`,
      },
      {
        what: 'the same, p99',
        ...{
          ours: ms(p99),
          baseline: ms(at(served.node, 0.99)),
          ratio: p99 / at(served.node, 0.99),
          bar: 'told',
          ok: true,
        },
      },
    ];
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** One line changed by both: the packet that stops the stale write, against the file that would be read again. */
async function repair(bytes: number): Promise<Row> {
  const root = project();
  const place = findPlace(root);
  if (place === undefined) throw new Error('no place');
  const guard = await openGuard(place);
  try {
    const [path, text] = ['file.ts', fileOf(bytes)];
    writeFileSync(join(root, path), text);
    await guard.read({ agent: 'a', path });
    await guard.read({ agent: 'b', path });
    const edits = [{ old: 'value5 ', new: 'ofB5 ' }];
    await guard.before({ agent: 'b', path, call: '1', change: { edits } });
    writeFileSync(join(root, path), text.replace('value5 ', 'ofB5 '));
    await guard.after({ agent: 'b', path, call: '1', change: { edits } });
    const verdict = await guard.before({
      agent: 'a',
      path,
      call: '2',
      change: { content: text.replace('value5 ', 'ofA5 ') },
    });
    if (verdict.do !== 'stop') throw new Error(`the stale write was answered by ${verdict.do}`);
    const [ours, baseline] = [Buffer.byteLength(verdict.note), Buffer.byteLength(text)];
    return {
      what: `a repair in a file of ${Math.round(bytes / 1000)} kB: the packet, against reading the file again`,
      ...{
        ours: `${ours} bytes, ${Math.ceil(ours / 4)} tokens`,
        baseline: `${baseline} bytes, ${Math.ceil(baseline / 4)} tokens`,
      },
      ...{ ratio: ours / baseline, bar: 'told', ok: true },
    };
  } finally {
    await guard.close();
    rmSync(root, { recursive: true, force: true });
  }
}

export async function run(): Promise<Row[]> {
  const rows = await latency();
  for (const bytes of [1000, 10_000, 50_000, 200_000]) rows.push(await repair(bytes));
  return rows;
}
