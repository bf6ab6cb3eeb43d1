// Announced drafts for people: who else is at it, since when, and what they said.
import type { OpenDraft } from '../../controller/types.ts';
import { ago } from '../../core/phrases.ts';
import { type Colors, table } from '../shell/console.ts';
import { cleanName } from '../shell/text.ts';

const NOTE_SHOWN = 80;

function said({ note }: OpenDraft): string {
  const clean = cleanName(note ?? '');
  return clean.length > NOTE_SHOWN ? `${clean.slice(0, NOTE_SHOWN)}…` : clean;
}

/** One line for who begins on the same resource. */
export function announced(draft: OpenDraft, now: number): string {
  const why = said(draft);
  const by = `${cleanName(draft.agent)} has it open too, on v${draft.version}, since ${ago(draft.at, now)}`;
  return why === '' ? by : `${by}: ${JSON.stringify(why)}`;
}

export function announcedTable(drafts: readonly OpenDraft[], colors: Colors, now: number): string {
  const rows = drafts.map((draft) => [
    ...[cleanName(draft.resource), cleanName(draft.agent), `v${draft.version}`, ago(draft.at, now), said(draft)],
  ]);
  return table(['ANNOUNCED', 'AGENT', 'READ', 'AGE', 'NOTE'], rows, colors);
}
