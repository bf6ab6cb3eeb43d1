// Who else is at it: drafts that their agents announced, kept as small records beside the resources. Advice to agents
// and people; no commit ever looks at it, and one that cannot be kept fails nothing.
import { isEntenteError } from '../core/errors.ts';
import { hashOf } from '../core/hash.ts';
import type { Page, PageRequest } from '../core/page.ts';
import { parseResourceId } from '../core/resource.ts';
import { parseDraft, type Token } from '../core/token.ts';
import type { Head } from '../core/version.ts';
import type { RecordWrite, StoredRecord } from '../stores/store.ts';
import type { Context } from './context.ts';
import { fingerprintOf } from './intent.ts';
import { requestOf } from './requests.ts';
import type { DraftFilter, OpenDraft } from './types.ts';

const INTENT = 'intent';
/** Records of one resource that are looked at: there is one for each agent that has it open. */
const LOOK = 100;
/** Of the whole space, the oldest ones, so that what expired on resources that nobody opens again goes too. */
const SWEEP = 16;

type Kept = Omit<OpenDraft, 'id'>;

function openDraft({ id, value }: StoredRecord): OpenDraft {
  return { id, ...(value as Kept) };
}

/** Its agent committed since: under the draft's own commitId, or in another way on a version after the one it read. */
async function isDone(context: Context, draft: OpenDraft, head: Head | undefined): Promise<boolean> {
  if (head !== undefined && head.agent === draft.agent && head.revision > draft.revision) return true;
  return (await context.store.commitStatus(context.space, draft.agent, draft.id)).status === 'committed';
}

/** Those that are still open, in the order of the records. */
async function stillOpen(context: Context, records: readonly StoredRecord[]): Promise<readonly OpenDraft[]> {
  const now = context.clock();
  const young = records.map(openDraft).filter(({ until }) => until > now);
  if (young.length === 0) return [];
  const { heads } = await context.store.read(
    context.space,
    young.map(({ resource }) => resource),
  );
  const done = await Promise.all(young.map((draft, i) => isDone(context, draft, heads[i])));
  return young.filter((_, i) => done[i] === false);
}

/** The open drafts that were announced; of one resource, or page by page of the whole space. */
export async function listDrafts(context: Context, filter: DraftFilter, page: PageRequest): Promise<Page<OpenDraft>> {
  const state = filter.resource === undefined ? {} : { state: hashOf(parseResourceId(filter.resource)) };
  const { items, next } = await context.store.records(context.space, INTENT, state, { limit: LOOK, ...page });
  return { items: await stillOpen(context, items), ...(next === undefined ? {} : { next }) };
}

function removal({ kind, id, revision }: StoredRecord): RecordWrite {
  return { kind, id, value: null, expected: revision };
}

/** False where one of the records changed meanwhile: then nothing was written. */
async function keep(
  context: Context,
  { id, agent, resource }: Pick<Token, 'id' | 'agent' | 'resource'>,
  records: readonly RecordWrite[],
  why: string,
): Promise<boolean> {
  const { epoch, revision: asOf } = await context.store.read(context.space, []);
  const commitId = `${why}-${context.newId()}`;
  const fingerprint = fingerprintOf(why, agent, id, '');
  const sender = { agent, commitId, fingerprint, reads: [], token: { epoch, asOf } };
  const meta = { outcome: 'recorded', reason: why, extra: { resource } } as const;
  // Once and no more: advice is not worth waiting for a store that does not answer.
  const [reply] = await context.store.commit([requestOf(context, sender, { guards: [], records, meta })]);
  if (reply?.status === 'unavailable' || reply?.status === 'unknown') throw reply.error;
  return reply?.status === 'committed';
}

/**
 * Tells the others that this draft is open, and answers what they have open. In the same commit goes what is over: the
 * agent's earlier draft of the resource, those that were committed, and the oldest that expired.
 */
export async function announce(
  context: Context,
  token: Token,
  note: string | undefined,
): Promise<readonly OpenDraft[]> {
  const { id, agent, resource, version, revision } = token;
  const { store, space } = context;
  const state = hashOf(resource);
  const here = (await store.records(space, INTENT, { state }, { limit: LOOK })).items;
  const open = await stillOpen(context, here);
  const others = open.filter((draft) => draft.agent !== agent);
  const at = context.clock();
  const oldest = (await store.records(space, INTENT, {}, { limit: SWEEP })).items;
  const over = [
    ...here.filter((record) => !others.some((draft) => draft.id === record.id)),
    ...oldest.filter((record) => record.state !== state && openDraft(record).until <= at),
  ];
  const said = note === undefined ? {} : { note };
  const value: Kept = { resource, agent, ...said, version, revision, at, until: at + context.limits.draftMs };
  const own: RecordWrite = { kind: INTENT, id, state, value, expected: 0 };
  try {
    // Somebody swept the same ones: they are gone, and this one goes alone.
    if (!(await keep(context, token, [own, ...over.map(removal)], 'draft')) && over.length > 0)
      await keep(context, token, [own], 'draft');
  } catch (error) {
    if (!isEntenteError(error)) throw error;
    context.onWarning(`A draft was not announced: ${error.message}`);
  }
  return others;
}

/** Takes an announced draft back; one that was not announced, or is over, is left as it is. */
export async function release(context: Context, token: Pick<Token, 'id' | 'agent'>): Promise<void> {
  const { id, agent } = parseDraft(token);
  const record = await context.store.record(context.space, INTENT, id);
  if (record === undefined) return;
  const { agent: author, resource } = openDraft(record);
  if (author !== agent) return;
  await keep(context, { id, agent, resource }, [removal(record)], 'release');
}
