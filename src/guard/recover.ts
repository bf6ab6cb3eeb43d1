// What is kept of a file: its versions, and what was announced, merged or refused and never was a version.
import { EntenteError } from '../core/errors.ts';
import type { Ground } from './ground.ts';
import type { Recoverable, RecoverWhich } from './types.ts';
import { bytesWith } from './versions.ts';

const PAGE = 200;
const MOST_VERSIONS = 10_000;

export async function recoverable(ground: Ground, path: string): Promise<readonly Recoverable[]> {
  const versions: Recoverable[] = [];
  let after: string | undefined;
  do {
    const page = await ground.controller.history(path, { limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const { head, note } of page.items) {
      const { hash, size, agent, at, version, deleted } = head;
      if (deleted || size === undefined) continue;
      versions.push({ hash, size, agent, at, version, ...(note === undefined ? {} : { note }) });
    }
    after = page.next;
  } while (after !== undefined && versions.length < MOST_VERSIONS);
  const known = new Set(versions.map(({ hash }) => hash));
  const kept: Recoverable[] = [];
  for (const [hash, { agent, at }] of ground.books.open(path).kept) {
    if (known.has(hash)) continue;
    const bytes = ground.objects.get(hash);
    const what = { hash, size: bytes?.length ?? 0, agent, at };
    if (bytes !== undefined) kept.push({ ...what, note: 'announced, never a version' });
    else kept.push({ ...what, note: 'announced, never a version; its bytes are no longer kept', gone: true });
  }
  return [...versions, ...kept].sort((a, b) => b.at - a.at || (b.version ?? 0) - (a.version ?? 0));
}

export async function recover(ground: Ground, path: string, which: RecoverWhich): Promise<Uint8Array | undefined> {
  if ('version' in which) return (await ground.controller.read(path, { version: which.version }))?.content;
  const list = await recoverable(ground, path);
  if ('at' in which) {
    const found = list.find(({ at, version }) => version !== undefined && at <= which.at);
    return found?.version === undefined
      ? undefined
      : (await ground.controller.read(path, { version: found.version }))?.content;
  }
  const hash = which.hash.toLowerCase();
  const matching = new Set(list.map((one) => one.hash).filter((one) => hash !== '' && one.startsWith(hash)));
  if (matching.size > 1) {
    throw new EntenteError('misuse', `Several kept contents begin with ${JSON.stringify(which.hash.slice(0, 64))}.`, {
      next: 'Give more of the hash: entente recover PATH --list',
    });
  }
  // By its whole hash also what lay on disk for a moment and never was announced.
  const [only = hash] = matching;
  const entry = list.find((one) => one.hash === only);
  if (entry?.gone === true) {
    const since = new Date(entry.at).toISOString();
    throw new EntenteError(
      'not-found',
      `What ${entry.agent} announced at ${since} never was a version, and its bytes are no longer kept.`,
      {
        next: 'What is kept: entente recover PATH --list',
      },
    );
  }
  return (await bytesWith(ground, path, only)) ?? undefined;
}
