// `migrate FROM TO`: all that one store holds, moved into another one. The same command again goes on where it was cut off.
import { EntenteError } from '../../core/errors.ts';
import { plural } from '../../core/phrases.ts';
import { migrateStore } from '../../stores/migrate.ts';
import type { Store } from '../../stores/store.ts';
import { type StoreReport, verifyStore } from '../../verify/index.ts';
import { behindServer, parseStoreUrl, refusePassword, type StoreUrl } from '../place/location.ts';
import { openStore } from '../place/open.ts';
import type { Context } from '../shell/context.ts';
import { type ExitCode, exitCodes } from '../shell/exit.ts';
import { cleanText, shellWord } from '../shell/text.ts';
import type { Register } from './register.ts';

type Movable = Extract<StoreUrl, { readonly kind: 'sqlite' | 'postgres' }>;

async function storeUrl(context: Context, text: string): Promise<Movable> {
  refusePassword(text);
  const url = await parseStoreUrl(text, context.io.cwd);
  if (url.kind === 'server') throw behindServer(url.url);
  if (url.kind === 'sqlite' || url.kind === 'postgres') return url;
  if (url.kind === 'etcd') {
    throw new EntenteError(
      'misuse',
      `${url.shown} counts revisions of its own, so nothing is moved from it or to it.`,
      {
        next: 'entente migrate sqlite:PATH postgres://USER@HOST/DATABASE',
      },
    );
  }
  throw new EntenteError('misuse', 'A memory store ends with its process: it is moved neither from nor to.', {
    next: 'entente migrate sqlite:PATH postgres://USER@HOST/DATABASE',
  });
}

const shownUrl = (url: Movable): string => (url.kind === 'sqlite' ? `sqlite:${url.path}` : url.shown);

/** The replay of each space of the copy: its bytes are those of their hashes, every guard held, nothing is missing. */
async function replay(target: Store): Promise<readonly StoreReport[]> {
  const reports: StoreReport[] = [];
  for (const space of await target.spaces()) reports.push(await verifyStore(target, space));
  return reports;
}

async function migrate(context: Context): Promise<ExitCode> {
  const { console, signal } = context;
  const [from, to] = [await storeUrl(context, context.args[0] ?? ''), await storeUrl(context, context.args[1] ?? '')];
  const warn = (message: string): void => console.talk(message);
  const source = await openStore(from, warn);
  const again = `entente migrate ${shellWord(shownUrl(from))} ${shellWord(shownUrl(to))}`;
  try {
    const target = await openStore(to, warn, true);
    try {
      const { epoch, spaces, moved } = await migrateStore(source, target, {
        signal,
        at: Date.now(),
        onProgress: (space, revision, of) =>
          console.progress(`moving ${cleanText(space)}: ${revision} of ${of} commits`),
      });
      console.endProgress();
      const wrong = (await replay(target)).find(({ ok }) => !ok);
      if (wrong !== undefined) {
        const { space, first } = wrong;
        throw new EntenteError('store-corrupt', `The copy of space ${space} is wrong: ${first?.message ?? 'unknown'}`, {
          next: 'Keep the source. Check it with entente verify, remove the target, and begin again.',
        });
      }
      const status = moved === 0 ? 'migrated' : 'moved';
      if (console.json) {
        await console.object({ status, from: shownUrl(from), to: shownUrl(to), epoch, spaces, moved });
      } else {
        for (const { space, revision, entries, heads, records, digest } of spaces) {
          const counts = [plural(entries, 'commit'), plural(heads, 'resource'), plural(records, 'record')].join(', ');
          await console.line(`${cleanText(space)} at revision ${revision}: ${counts}, sha256 ${digest.slice(0, 16)}`);
        }
        await console.done(`${moved === 0 ? 'migrated' : 'not done'}: ${shownUrl(from)} to ${shownUrl(to)}`);
      }
      if (moved > 0) {
        console.alert(`The source was written to meanwhile: ${plural(moved, 'commit')} are not in the target yet.`);
        console.alert(`next: stop who writes there, then ${again}`);
        return exitCodes.stale;
      }
      console.talk('Tokens and cursors of the source are refused there: every agent begins again.');
      console.talk(`next: entente status --store ${shellWord(shownUrl(to))}`);
      return exitCodes.ok;
    } finally {
      console.endProgress();
      await target.close();
    }
  } finally {
    await source.close();
  }
}

export const registerMigrate: Register = (program, run) => {
  program
    .command('migrate')
    .description('move all that one store holds into another; the same command again goes on where it was cut off')
    .argument('<from>', 'sqlite:PATH or postgres://…; it is only read')
    .argument('<to>', 'sqlite:PATH or postgres://…: a new store, or the half-done copy of this source')
    .action(run(migrate));
};
