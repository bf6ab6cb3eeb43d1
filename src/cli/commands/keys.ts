// `keys`: who may talk to a server of this store, and what each may do. A key is shown once, when it is made.
import { EntenteError } from '../../core/errors.ts';
import { keyRing } from '../place/key-ring.ts';
import { table } from '../shell/console.ts';
import type { Context } from '../shell/context.ts';
import { fieldArgument, fieldOption } from '../shell/fields.ts';
import { cleanName } from '../shell/text.ts';
import { collect, type Register } from './register.ts';

const UNITS: { readonly [unit: string]: number } = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function expiryOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, count = '', unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const ms = Number(count) * (UNITS[unit] ?? Number.NaN);
  if (count !== '' && ms > 0) return Date.now() + ms;
  throw new EntenteError('misuse', `--expires takes a time such as 90m, 12h or 30d, not ${JSON.stringify(text)}.`);
}

async function create(context: Context): Promise<undefined> {
  const { console, args } = context;
  const grants = context.list('grant');
  if (grants.length === 0) {
    throw new EntenteError('misuse', 'A key without a grant may do nothing.', {
      next: `entente keys create ${args[0] ?? 'NAME'} --grant 'read:**' --grant 'commit:notes/**'`,
    });
  }
  const ring = keyRing(await context.open());
  const label = context.text('label');
  const expires = expiryOf(context.text('expires'));
  const made = await ring.create({
    name: args[0] ?? '',
    grants,
    ...(label === undefined ? {} : { label }),
    ...(expires === undefined ? {} : { expires }),
  });
  if (console.json) await console.object(made);
  else await console.line(made.key);
  console.talk(`This is shown once. It writes as ${cleanName(made.name)}; its id is ${made.id}.`);
  console.talk(`next: put it into a file of mode 0600 and name that in ENTENTE_KEY_FILE`);
  return undefined;
}

async function list(context: Context): Promise<undefined> {
  const { console } = context;
  const keys = await keyRing(await context.open()).list();
  if (console.json) {
    await console.object({ items: keys });
    return undefined;
  }
  if (keys.length === 0) {
    console.talk('There are no keys yet. next: entente serve   (makes the first one)');
    return undefined;
  }
  const rows = keys.map((key) => [
    key.id,
    key.state,
    cleanName(key.name),
    cleanName(key.label),
    key.expires === undefined ? 'never' : new Date(key.expires).toISOString(),
    cleanName(key.grants.join(' ')),
  ]);
  await console.line(table(['KEY', 'STATE', 'AGENT', 'LABEL', 'EXPIRES', 'GRANTS'], rows, console.out));
  return undefined;
}

async function revoke(context: Context): Promise<undefined> {
  const { console, args } = context;
  const ring = keyRing(await context.open());
  const id = args[0] ?? '';
  if (!(await ring.revoke(id))) {
    throw new EntenteError('not-found', `There is no key ${JSON.stringify(cleanName(id))}.`, {
      next: 'entente keys list',
    });
  }
  if (console.json) await console.object({ status: 'revoked', id });
  else await console.done(`revoked ${id}: every server refuses it within 5 seconds`);
  return undefined;
}

async function rotate(context: Context): Promise<undefined> {
  const { console } = context;
  const { kid } = await keyRing(await context.open()).rotate();
  if (console.json) await console.object({ status: 'rotated', kid });
  else await console.done(`new signing key ${kid}; tokens of the one before stay good until the next rotation`);
  return undefined;
}

export const registerKeys: Register = (program, run) => {
  const keys = program.command('keys').description('who may talk to a server of this store, and what each may do');
  keys
    .command('create')
    .description('make a key; it is printed this once')
    .addArgument(fieldArgument('<name>', 'the agent that it writes as', 'agent'))
    .addOption(
      fieldOption(
        '--grant <grant>',
        'CAPABILITY[@SPACE][:PATTERN], e.g. read:notes/** (repeatable)',
        'grant',
      ).argParser(collect),
    )
    .addOption(fieldOption('--label <text>', 'what people know it by', 'label'))
    .option('--expires <time>', 'when it ends: 90m, 12h, 30d (default: never)')
    .action(run(create));
  keys.command('list', { isDefault: true }).description('all keys, without their secrets').action(run(list));
  keys.command('revoke').description('end a key').argument('<id>', 'as keys list shows it').action(run(revoke));
  keys.command('rotate').description('make a new key to sign tokens with').action(run(rotate));
};
