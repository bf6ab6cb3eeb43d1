// `begin`: reads a resource and keeps the token of what was read. It locks nothing.
import type { Controller, Draft, OpenDraft } from '../../controller/types.ts';
import { encodeToken } from '../../core/token.ts';
import { findToken, saveToken } from '../place/tokens.ts';
import { assertReplaceable, fileOrigin, putWorkFile } from '../place/working.ts';
import type { Context } from '../shell/context.ts';
import { fieldArgument, fieldOption } from '../shell/fields.ts';
import { cleanName, idWord, shellWord } from '../shell/text.ts';
import { announced } from '../show/announced.ts';
import { contentJson } from '../show/json.ts';
import type { Register } from './register.ts';

const NOTHING = new Uint8Array();

async function writeOutput(context: Context, draft: Draft, file: string): Promise<void> {
  const { agent, location, space } = await context.open();
  const resource = context.id();
  const content = draft.content ?? NOTHING;
  if (!context.flag('force')) {
    const origin = await fileOrigin(file);
    const last =
      location.state === undefined
        ? undefined
        : await findToken(location.state, { space, agent, resource }, [origin]).catch(() => undefined);
    await assertReplaceable(file, resource, content, last?.origin === origin ? last : undefined);
  }
  await putWorkFile(file, content);
}

function describe(draft: Draft): string {
  const { token, head } = draft;
  if (head === undefined)
    return token.version > 0 ? `v${token.version}, not yours to read` : 'not there yet: a commit makes version 1';
  if (head.deleted) return `v${token.version}, deleted by ${cleanName(head.agent)}: a commit makes it anew`;
  const only = head.size === undefined ? ', hash only: no content is stored here' : '';
  return `v${token.version} by ${cleanName(head.agent)}${only}`;
}

async function othersAt(controller: Controller, { token }: Draft): Promise<readonly OpenDraft[]> {
  const { items } = await controller.drafts({ resource: token.resource });
  return items.filter(({ agent }) => agent !== token.agent);
}

async function begin(context: Context): Promise<undefined> {
  const { console } = context;
  const resource = context.id();
  const { agent, controller, location } = await context.open();
  const note = context.text('note');
  // What one is about to do is told to others; without a note nothing is written anywhere.
  const draft = await controller.begin(resource, { agent, ...(note === undefined ? {} : { note, announce: true }) });
  const drafts = draft.others ?? (await othersAt(controller, draft));
  const output = context.text('output');
  const file = output === undefined || output === '-' ? undefined : context.path(output);
  // The content goes out before its token is saved: a token must never be newer than the copy it stands for.
  if (file !== undefined) await writeOutput(context, draft, file);
  else if (!console.json && draft.content !== undefined) await console.data(draft.content);
  const origin = file === undefined ? await context.session() : await fileOrigin(file);
  const open = location.state === undefined ? [] : await saveToken(location.state, draft.token, origin);
  const session = await context.session();
  const others = open.filter((saved) => saved.origin !== session);
  if (console.json) {
    const { space, version, revision, hash } = draft.token;
    await console.object({
      status: 'begun',
      id: resource,
      space,
      agent,
      version,
      revision,
      hash,
      deleted: draft.head?.deleted ?? false,
      token: encodeToken(draft.token),
      others: drafts,
      ...(file === undefined ? (draft.content === undefined ? {} : contentJson(draft.content)) : { file }),
    });
  }
  console.talk(`${cleanName(resource)} ${describe(draft)}`);
  for (const other of drafts) console.talk(announced(other, Date.now()));
  if (others.length > 0) {
    console.talk(
      `warning: the agent ${cleanName(agent)} has begun ${cleanName(resource)} elsewhere too. If that is another worker, give each its own --agent NAME.`,
    );
  }
  console.talk(`next: entente commit ${idWord(resource)} ${file === undefined ? '-' : shellWord(output ?? '')}`);
  return undefined;
}

export const registerBegin: Register = (program, run) => {
  program
    .command('begin')
    .description('read a resource before changing it: content to stdout or FILE, its token is kept')
    .addArgument(fieldArgument('<id>', 'the resource', 'id'))
    .option('-o, --output <file>', 'write the content to FILE and bind the token to it')
    .option('--force', 'write over a FILE that holds unsaved edits')
    .addOption(fieldOption('--note <text>', 'what you are about to do; others who begin see it', 'note'))
    .action(run(begin));
};
