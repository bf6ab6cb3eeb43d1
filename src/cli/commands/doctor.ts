// `doctor`: is this machine, this set-up and this file fit to keep what the store promises?
import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import * as path from 'node:path';
import { isEntenteError } from '../../core/errors.ts';
import { prepareGrammar } from '../../merge/code/grammars.ts';
import { grammarNames, pathFor } from '../../merge/code/languages.ts';
import { isThere } from '../place/open.ts';
import type { Context } from '../shell/context.ts';
import { type ExitCode, exitCodes } from '../shell/exit.ts';
import { cleanName } from '../shell/text.ts';
import type { Register } from './register.ts';

interface Check {
  readonly name: string;
  readonly state: 'ok' | 'warning' | 'fault';
  readonly message: string;
  readonly next?: string;
}

const LOW_SPACE = 256 * 1024 * 1024;

function ok(name: string, message: string): Check {
  return { name, state: 'ok', message };
}

function checkNode(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const fit = major > 20 || (major === 20 && minor >= 19);
  const name = 'node';
  if (fit) return ok(name, `Node ${process.versions.node}`);
  return {
    name,
    state: 'fault',
    message: `Node ${process.versions.node} is too old`,
    next: 'Install Node 20.19 or newer.',
  };
}

async function checkDriver(): Promise<Check> {
  const { loadDriver } = await import('../../stores/sqlite/driver.ts');
  try {
    await loadDriver();
    return ok('driver', 'a SQLite driver is installed');
  } catch (error) {
    const next = isEntenteError(error) ? error.details.next : undefined;
    return {
      name: 'driver',
      state: 'fault',
      message: (error as Error).message,
      ...(next === undefined ? {} : { next }),
    };
  }
}

/** Without them, merges of source code go on, but nobody looks at what they make. */
async function checkParsers(): Promise<Check> {
  const name = 'parsers';
  const paths = grammarNames.map(pathFor);
  const ready = await Promise.all(paths.map(prepareGrammar));
  if (ready.every((is) => is)) return ok(name, 'merges of source code are checked by parsers');
  const missing = grammarNames.filter((_, index) => ready[index] === false).join(', ');
  return {
    name,
    state: 'warning',
    message: `merges of source code (${missing}) are not checked: their parsers are not installed`,
    next: 'npm install web-tree-sitter @vscode/tree-sitter-wasm   (in the versions that entente names as optional)',
  };
}

async function checkFile(database: string): Promise<readonly Check[]> {
  const { checkSqlite } = await import('../../stores/sqlite.ts');
  try {
    const report = await checkSqlite(database);
    const checks: Check[] = [
      ok('sqlite', `SQLite ${report.sqlite}, journal ${report.journalMode}, schema ${report.schema}`),
      ok('epoch', report.epoch),
    ];
    for (const message of report.warnings) {
      checks.push({ name: 'sqlite', state: 'warning', message, next: 'npm install @photostructure/sqlite@latest' });
    }
    if (report.problems.length === 0) checks.push(ok('integrity', 'integrity_check found nothing wrong'));
    for (const message of report.problems) {
      checks.push({
        name: 'integrity',
        state: 'fault',
        message,
        next: 'Keep a copy of the file, then: entente restore BACKUP',
      });
    }
    return checks;
  } catch (error) {
    const next = (isEntenteError(error) ? error.details.next : undefined) ?? 'entente restore BACKUP';
    return [{ name: 'database', state: 'fault', message: (error as Error).message, next }];
  }
}

async function checkAccess(database: string): Promise<readonly Check[]> {
  const checks: Check[] = [];
  const folder = path.dirname(database);
  const writable = await access(folder, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
  if (writable) checks.push(ok('folder', `${folder} is writable`));
  else
    checks.push({
      name: 'folder',
      state: 'fault',
      message: `${folder} is not writable: SQLite keeps its log there`,
      next: `ls -ld ${folder}`,
    });
  const { mode } = await stat(database);
  if ((mode & 0o077) === 0) checks.push(ok('rights', 'only its owner may read the database'));
  else {
    const octal = (mode & 0o777).toString(8);
    checks.push({
      name: 'rights',
      state: 'warning',
      message: `others may read the database (mode ${octal})`,
      next: `chmod 600 ${database}`,
    });
  }
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const shown = `${Math.round(free / 1_048_576)} MiB free`;
  checks.push(
    free >= LOW_SPACE
      ? ok('space', shown)
      : { name: 'space', state: 'warning', message: shown, next: 'Make room on the disk.' },
  );
  return checks;
}

/** Is it there, does it take the key? The store is looked at where the server runs. */
async function checkServer(context: Context, name: 'server' | 'postgres' | 'etcd'): Promise<Check> {
  try {
    const { insight, space } = await context.open();
    const { revision } = await insight.position();
    return ok(name, `it answers; space ${space} at revision ${revision}`);
  } catch (error) {
    const next = isEntenteError(error) ? error.details.next : undefined;
    return {
      name,
      state: 'fault',
      message: (error as Error).message,
      ...(next === undefined ? {} : { next }),
    };
  }
}

async function doctor(context: Context): Promise<ExitCode> {
  const { console } = context;
  const { store, url } = await context.location();
  const checks: Check[] = [checkNode(), await checkParsers(), ok('store', url)];
  if (store.kind === 'sqlite') {
    checks.push(await checkDriver());
    if (await isThere(store.path)) checks.push(...(await checkAccess(store.path)), ...(await checkFile(store.path)));
    else
      checks.push({
        name: 'database',
        state: 'fault',
        message: `there is no database ${store.path}`,
        next: 'entente init',
      });
  }
  if (store.kind !== 'sqlite' && store.kind !== 'memory') checks.push(await checkServer(context, store.kind));
  const fault = checks.some(({ state }) => state === 'fault');
  if (console.json) await console.object({ ok: !fault, items: checks });
  else {
    const { green, yellow, red } = console.out;
    const mark = { ok: green('ok     '), warning: yellow('warning'), fault: red('fault  ') };
    for (const { name, state, message } of checks)
      await console.line(`${mark[state]}  ${name.padEnd(9)}  ${cleanName(message)}`);
  }
  for (const { state, next } of checks)
    if (state !== 'ok' && next !== undefined) console.alert(`next: ${cleanName(next)}`);
  return fault ? exitCodes.unexpected : exitCodes.ok;
}

export const registerDoctor: Register = (program, run) => {
  program.command('doctor').description('check the driver, the database, rights and space').action(run(doctor));
};
