// `npm run bench`: set-up, then every bench/*.bench.ts in a process of its own, one after another, and one table of it all.
//   npm run bench -- text sqlite     only the files whose names contain one of these words
//   npm run bench -- scale --long    with the steps that take long, where a file has some
//   npm run bench -- --write         also writes docs/benchmarks.md (of a full run only)
// A bench file exports `run(): Promise<Row[]>`; a row is { what, ours, baseline, ratio, bar, ok }. Exit code 1 when a bar fails.
import { fork } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { root, run, setupOrExit } from './setup.mjs';

const columns = ['what', 'ours', 'baseline', 'ratio', 'bar', 'ok'];

/** Rows of one file. A file that throws, or ends without rows, is a row that fails. */
function measure(name) {
  const failed = (why) => [{ what: name, ours: why, baseline: '', ratio: '', bar: 'runs', ok: false }];
  const loader = new URL('./bench-loader.mjs', import.meta.url).href;
  const child = fork(join(root, 'scripts', 'bench-one.mjs'), [join(root, 'bench', name)], {
    cwd: root,
    execArgv: ['--expose-gc', '--import', loader],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return new Promise((resolve) => {
    let rows = failed('gave no rows');
    child.on('message', (message) => {
      rows = message;
    });
    child.on('error', (error) => resolve(failed(error.message)));
    child.on('close', (code) => resolve(code === 0 ? rows : failed(`ended with ${code}`)));
  });
}

const shown = (row, column) => {
  if (column === 'ok') return row.ok ? 'yes' : 'NO';
  const value = row[column];
  return typeof value === 'number' ? `${Number(value.toPrecision(3))} ×` : String(value ?? '');
};

function textTable(rows) {
  const lines = [columns, ...rows.map((row) => columns.map((column) => shown(row, column)))];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => line[index].length)));
  return lines
    .map((line) =>
      line
        .map((cell, index) => cell.padEnd(widths[index]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function markdownTable(rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const body = rows.map((row) => line(columns.map((column) => shown(row, column))));
  return [line(columns), line(columns.map(() => '---')), ...body].join('\n');
}

async function machine() {
  const [first] = cpus();
  const { code, output } = await run('git', ['rev-parse', '--short', 'HEAD']);
  const commit = code === 0 ? `, commit ${output.trim()}` : '';
  const model = first?.model.trim() || 'unknown processor';
  return `${model}, ${cpus().length} cores, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}${commit}`;
}

function page(rows, where) {
  const missed = rows.filter((row) => !row.ok);
  const reasons = missed.map((row) => {
    const came = typeof row.ratio === 'number' ? `${row.ratio.toPrecision(3)} ×` : `it ${row.ours}`;
    return `- **${row.what}**: ${came}. ${row.why ?? ''}`.trimEnd();
  });
  return `# Benchmarks

Written by \`npm run bench -- --write\`. Ours and the baseline are measured in one run, interleaved; the ratio is what
travels from machine to machine, the absolute figures do not. A bar is the least that we accept: below it the run fails.

Machine: ${where}.

${markdownTable(rows)}
${reasons.length === 0 ? '' : `\n## Bars that are missed\n\n${reasons.join('\n')}\n`}`;
}

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const write = process.argv.includes('--write');
// Bench files, and the processes that they start, look for it.
if (process.argv.includes('--long')) process.env.ENTENTE_LONG = '1';
const all = readdirSync(join(root, 'bench')).filter((name) => name.endsWith('.bench.ts'));
const names = all.filter((name) => words.length === 0 || words.some((word) => name.includes(word))).sort();
if (names.length === 0 || (write && words.length > 0)) {
  process.stderr.write(
    names.length === 0
      ? `entente: no bench file matches; there are: ${all.join(', ') || 'none'}.\n`
      : 'entente: --write needs a full run: leave the words out.\n',
  );
  process.exit(2);
}

await setupOrExit();
const rows = [];
for (const name of names) {
  process.stderr.write(`entente: measuring ${name} …\n`);
  rows.push(...(await measure(name)));
}
const where = await machine();
process.stdout.write(`${where}\n\n${textTable(rows)}\n`);
if (write) writeFileSync(join(root, 'docs', 'benchmarks.md'), page(rows, where));
const broken = rows.filter((row) => !row.ok).length;
process.stdout.write(`\n${rows.length - broken} of ${rows.length} bars held\n`);
process.exitCode = broken === 0 ? 0 : 1;
