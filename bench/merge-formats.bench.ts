// Speed of the merges of the formats that have no file of their own here, and the price of the checks that follow a merge:
// each against what reading the three sides costs with the plainest tool there is, or against the merge by lines that
// there would be without it. Both sides are timed in turn, the median of the rounds counts.
import { createRequire } from 'node:module';
import { type MergeResult, mergeContents, prepareGrammar } from '../src/merge/index.ts';
import { mergeProved } from '../src/merge/prove.ts';
import { type Sample, sampleOf } from './merge-samples.ts';
import { median, nanoseconds, type Row } from './rows.ts';

const ROUNDS = 5;
const load = createRequire(import.meta.url);

type Work = () => unknown;

function timed(work: Work): number {
  globalThis.gc?.();
  const start = performance.now();
  work();
  return (performance.now() - start) * 1e6;
}

function compare(what: string, ours: Work, baseline: Work, bar: number): Row {
  for (const work of [ours, baseline]) for (let i = 0; i < 2; i++) work();
  const own: number[] = [];
  const plain: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    own.push(timed(ours));
    plain.push(timed(baseline));
  }
  const ratio = median(own) / median(plain);
  return {
    what,
    ours: nanoseconds(median(own)),
    baseline: nanoseconds(median(plain)),
    ratio,
    bar: `≤ ${bar} ×`,
    ok: ratio <= bar,
  };
}

/** A merge of a sample, which must end by that engine without a conflict. */
function mergeOf(sample: Sample, engine: string = sample.engine, path?: string, merge: Merge = mergeContents): Work {
  const { base, current, proposed, options } = sample;
  const sides = { base: Buffer.from(base), current: Buffer.from(current), proposed: Buffer.from(proposed) };
  return () => {
    const result = merge({ ...sides, ...(path === undefined ? {} : { path }), options: { ...options, engine } });
    if (result.status !== 'clean' || result.stats.engine !== engine) throw new Error(`${engine}: ${result.status}`);
    return result;
  };
}

type Merge = (contents: Parameters<typeof mergeContents>[0]) => MergeResult;

const sidesOf = ({ base, current, proposed }: Sample): readonly string[] => [base, current, proposed];

/** Three times JSON.parse, and one JSON.stringify; `read` makes values of a side. */
function parses(sample: Sample, read: (side: string) => unknown): Work {
  return () => JSON.stringify(sidesOf(sample).map(read)[1]).length;
}

const readLines = (side: string): unknown => side.split('\n').map((line) => (line === '' ? null : JSON.parse(line)));

function tomlParses(sample: Sample): Work {
  const { parse } = load('@decimalturn/toml-patch') as { readonly parse: (text: string) => unknown };
  return () => sidesOf(sample).map((side) => parse(side));
}

function formatRows(): Row[] {
  const at = (format: string, bytes: number): Sample => sampleOf(format, bytes);
  const [toml, small] = [at('toml', 200_000), at('toml', 20_000)];
  const [records, notebook] = [at('ndjson', 1_000_000), at('notebook', 1_000_000)];
  const [markdown, changelog] = [at('markdown', 1_000_000), at('changelog', 200_000)];
  const byKey = 'NDJSON merge by key, 1 MB, against three JSON.parse of each line and a JSON.stringify';
  const cells = 'notebook merge, 1 MB, against three JSON.parse and a JSON.stringify';
  return [
    compare('TOML merge, 20 KB, against three parses of TOML', mergeOf(small), tomlParses(small), 4),
    compare('TOML merge, 200 KB, against three parses of TOML', mergeOf(toml), tomlParses(toml), 4),
    compare(byKey, mergeOf(records), parses(records, readLines), 16),
    compare(
      cells,
      mergeOf(notebook),
      parses(notebook, (side) => JSON.parse(side)),
      12,
    ),
    compare('Markdown merge, 1 MB, against the merge by lines', mergeOf(markdown), mergeOf(markdown, 'text'), 8),
    // Both sides add at one place, which is a conflict by lines: the middle of the work is the same.
    compare(
      'change log merge, 200 KB, against a text merge of 200 KB',
      mergeOf(changelog),
      mergeOf(at('text', 200_000)),
      30,
    ),
  ];
}

async function sourceRow(): Promise<Row> {
  const sample = sampleOf('code', 200_000);
  const what = 'merge of TypeScript with its check, 200 KB, against three parses of tree-sitter';
  if (!(await prepareGrammar('a.ts'))) throw new Error('no grammar of TypeScript');
  const { Parser, Language } = load('web-tree-sitter') as typeof import('web-tree-sitter');
  await Parser.init();
  const language = await Language.load(load.resolve('@vscode/tree-sitter-wasm/wasm/tree-sitter-typescript.wasm'));
  const parser = new Parser().setLanguage(language);
  const parse = (): void => {
    for (const side of sidesOf(sample)) parser.parse(side)?.delete();
  };
  return compare(what, mergeOf(sample, 'text', 'a.ts'), parse, 2);
}

/** Bytes of a side, and the bar: merges by lines cost so little that reading a receipt again costs many times as much. */
const PROOFS: Readonly<Record<string, readonly [number, number]>> = {
  text: [1_000_000, 20],
  json: [1_000_000, 5],
  yaml: [200_000, 4],
  toml: [200_000, 4],
  ndjson: [1_000_000, 5],
  markdown: [1_000_000, 35],
};

/** What it costs to prove a merge, beside the merge. */
function proofRows(): Row[] {
  return Object.entries(PROOFS).map(([format, [bytes, bar]]) => {
    const sample = sampleOf(format, bytes);
    const what = `${format} merge with its proof, ${bytes / 1000} KB, against the merge alone`;
    return compare(what, mergeOf(sample, format, undefined, mergeProved), mergeOf(sample), bar);
  });
}

/** Measures; needs about a minute. */
export async function run(): Promise<Row[]> {
  return [...formatRows(), await sourceRow(), ...proofRows()];
}

if (import.meta.filename === process.argv[1]) console.table(await run());
