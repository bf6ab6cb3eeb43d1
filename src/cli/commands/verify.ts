// `verify`: proof that nothing was dropped. Replays the store's log, or judges a history that processes recorded.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { plural } from '../../core/phrases.ts';
import type { StoreReport } from '../../core/report.ts';
import type { Space } from '../../core/resource.ts';
import { checkHistory, type HistoryOperation, parseHistoryStream, verifyStore } from '../../verify/index.ts';
import type { Context, Opened } from '../shell/context.ts';
import { type ExitCode, exitCodes } from '../shell/exit.ts';
import { Interrupted } from '../shell/io.ts';
import { cleanText } from '../shell/text.ts';
import { announceInput } from './commit.ts';
import type { Register } from './register.ts';

async function verifyFile(context: Context, name: string): Promise<ExitCode> {
  const { console } = context;
  if (name === '-') announceInput(context);
  const input = name === '-' ? context.io.stdin : createReadStream(context.path(name));
  const operations: HistoryOperation[] = [];
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY, signal: context.signal });
  // A file that cannot be opened says so on its stream, not on the lines.
  const failed = new Promise<never>((_, reject) => input.once('error', reject));
  const read = async (): Promise<void> => {
    for await (const operation of parseHistoryStream(lines)) operations.push(operation);
  };
  await Promise.race([read(), failed]);
  // The lines just end then: half a history proves nothing.
  if (context.signal.aborted) throw new Interrupted();
  const report = checkHistory(operations);
  if (console.json) await console.object(report);
  else if (report.ok) await console.line(`ok: ${plural(operations.length, 'operation')}, a linearizable history`);
  else {
    console.alert(`The history is wrong: ${cleanText(JSON.stringify(report, undefined, 2))}`);
    console.alert('next: look at the operations that it names');
  }
  return report.ok ? exitCodes.ok : exitCodes.unexpected;
}

function storeLine(report: StoreReport): string {
  const { entries, resources, contents, conflicts, revision } = report;
  const counts = [
    plural(entries, 'commit'),
    plural(resources, 'resource'),
    plural(contents, 'content'),
    plural(conflicts, 'open conflict'),
  ];
  return `ok: space ${report.space} at revision ${revision}: ${counts.join(', ')}`;
}

interface Checker {
  spaces(): Promise<readonly string[]>;
  check(space: string): Promise<StoreReport>;
}

/** The store is replayed here; behind a server the server does it, for who may audit all of a space. */
function checkerOf({ server, store }: Opened, { console, signal }: Context): Checker {
  if (server === undefined) {
    const own = store();
    return { spaces: () => own.spaces(), check: (space) => verifyStore(own, space as Space) };
  }
  return {
    spaces: () => server.spaces(),
    async check(space) {
      const onProgress = (checked: number, of: number): void =>
        console.progress(`checking ${cleanText(space)}: revision ${checked} of ${of}`);
      try {
        return await server.verify({ space, signal, onProgress });
      } finally {
        console.endProgress();
      }
    },
  };
}

async function verifyAll(context: Context): Promise<ExitCode> {
  const { console } = context;
  const opened = await context.open();
  const { space } = opened;
  const checker = checkerOf(opened, context);
  const all = context.text('space') === undefined ? await checker.spaces() : [space];
  const reports: StoreReport[] = [];
  for (const each of all.length === 0 ? [space] : all) {
    const report = await checker.check(each);
    reports.push(report);
    if (report.ok) await console.line(storeLine(report));
    else {
      console.alert(`wrong in space ${report.space}: ${cleanText(report.first?.message ?? 'unknown')}`);
      console.alert('next: entente doctor   (and keep a copy of the database before anything else)');
    }
  }
  const ok = reports.every((report) => report.ok);
  if (console.json) await console.object({ ok, items: reports });
  return ok ? exitCodes.ok : exitCodes.unexpected;
}

async function verify(context: Context): Promise<ExitCode> {
  const file = context.args[0];
  return file === undefined ? verifyAll(context) : verifyFile(context, file);
}

export const registerVerify: Register = (program, run) => {
  program
    .command('verify')
    .description('replay the log and check heads, hashes and guards; or check a recorded history')
    .argument('[history]', 'a history as JSON lines; "-": stdin')
    .action(run(verify));
};
