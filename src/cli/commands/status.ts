// `status`: where the store is, what is in flight from here, and what waits for a decision.
import { ago, plural } from '../../core/phrases.ts';
import { isStale } from '../../core/token.ts';
import { listDrafts } from '../place/drafts.ts';
import { listTokens } from '../place/tokens.ts';
import { table } from '../shell/console.ts';
import type { Context, Opened } from '../shell/context.ts';
import { cleanName } from '../shell/text.ts';
import { announcedTable } from '../show/announced.ts';
import { conflictTable } from '../show/conflict.ts';
import type { Register } from './register.ts';

interface InFlight {
  readonly id: string;
  readonly agent: string;
  readonly version: number;
  readonly current: number;
  readonly stale: boolean;
  readonly at: number;
  readonly file?: string;
}

const OLD_MS = 24 * 3_600_000;

async function inFlight({ controller, insight, location, space }: Opened): Promise<readonly InFlight[]> {
  if (location.state === undefined) return [];
  const { epoch } = await insight.position();
  const all: InFlight[] = [];
  for (const { token, origin } of await listTokens(location.state)) {
    if (token.space !== space) continue;
    const head = await controller.getVersion(token.resource);
    const moved = (head?.revision ?? 0) !== token.revision || token.epoch !== epoch;
    const file = origin.startsWith('file:') ? { file: origin.slice('file:'.length) } : {};
    const { resource: id, agent, version, at } = token;
    all.push({ id, agent, version, current: head?.version ?? 0, stale: moved || isStale(token, OLD_MS), at, ...file });
  }
  return all;
}

async function status(context: Context): Promise<undefined> {
  const { console } = context;
  const opened = await context.open();
  const { controller, insight, location, space, agent } = opened;
  const counts = await controller.stats();
  const tokens = await inFlight(opened);
  const drafts = await listDrafts(location.state);
  const open = await controller.conflicts({ state: 'open' }, { limit: 20 });
  const announced = (await controller.drafts({}, { limit: 20 })).items;
  if (console.json) {
    const cursor = `${(await insight.position()).epoch}:${counts.revision}`;
    await console.object({
      store: location.url,
      space,
      agent,
      cursor,
      counts,
      inFlight: tokens,
      announced,
      drafts,
      conflicts: open.items,
    });
    return undefined;
  }
  const { dim } = console.out;
  await console.line(
    `${dim('store')}  ${cleanName(location.url)}, space ${cleanName(space)}, revision ${counts.revision}`,
  );
  await console.line(
    `${dim('holds')}  ${plural(counts.totalResources, 'resource')}, ${plural(counts.commits, 'commit')} (${counts.merged} merged), ${plural(counts.open, 'open conflict')}`,
  );
  if (tokens.length > 0) {
    const rows = tokens.map((one) => [
      cleanName(one.id),
      cleanName(one.agent),
      `v${one.version}`,
      one.stale ? `stale, now v${one.current}` : 'current',
      ago(one.at, Date.now()),
      one.file === undefined ? '' : cleanName(one.file),
    ]);
    await console.line('');
    await console.line(table(['IN FLIGHT', 'AGENT', 'READ', 'STATE', 'AGE', 'FILE'], rows, console.out));
  }
  if (announced.length > 0) {
    await console.line('');
    await console.line(announcedTable(announced, console.out, Date.now()));
  }
  if (open.items.length > 0) {
    await console.line('');
    await console.line(conflictTable(open.items, console.out, Date.now()));
  }
  if (drafts.length > 0)
    console.talk(`${plural(drafts.length, 'draft')} kept in ${cleanName(`${location.state ?? ''}/drafts`)}`);
  const first = open.items[0];
  const nothing = counts.totalResources === 0;
  console.talk(
    `next: ${first !== undefined ? `entente conflicts show ${first.number}` : nothing ? 'entente import DIR' : 'entente log'}`,
  );
  return undefined;
}

export const registerStatus: Register = (program, run) => {
  program.command('status').description('the store, work in flight from here, open conflicts').action(run(status));
};
