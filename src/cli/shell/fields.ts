// Options and arguments that a server takes too are judged by the schemas of the service, so that a value which one
// surface refuses is refused by all. The schemas are loaded where there is such a value: most of git's calls have none.
import { Argument, type Command, Option } from 'commander';

/** What a value is, by the name of its schema. A `limit` is of a page, a `count` of anything. */
export type FieldName =
  | 'agent'
  | 'commitId'
  | 'count'
  | 'cursor'
  | 'grant'
  | 'id'
  | 'label'
  | 'limit'
  | 'note'
  | 'pattern'
  | 'revision'
  | 'space';

class FieldOption extends Option {
  readonly field: FieldName;

  constructor(flags: string, description: string, field: FieldName) {
    super(flags, description);
    this.field = field;
  }
}

class FieldArgument extends Argument {
  readonly field: FieldName;

  constructor(name: string, description: string, field: FieldName) {
    super(name, description);
    this.field = field;
  }
}

/** An option for `Command.addOption`. */
export function fieldOption(flags: string, description: string, field: FieldName): Option {
  return new FieldOption(flags, description, field);
}

/** An argument for `Command.addArgument`. */
export function fieldArgument(name: string, description: string, field: FieldName): Argument {
  return new FieldArgument(name, description, field);
}

/** In the place of an option that its schema refuses: the fault is for whoever asks for the option. */
export class Refused {
  readonly fault: unknown;

  constructor(fault: unknown) {
    this.fault = fault;
  }
}

export interface Taken {
  readonly args: readonly string[];
  readonly options: { readonly [name: string]: unknown };
}

type Check = (value: string) => string;

async function checkOf(field: FieldName, shown: string): Promise<Check> {
  const { checkField } = await import('./field-checks.ts');
  return (value) => checkField(field, shown, value);
}

function checked(value: unknown, check: Check): unknown {
  try {
    return Array.isArray(value) ? value.map((each) => check(String(each))) : check(String(value));
  } catch (fault) {
    return new Refused(fault);
  }
}

/** The options of the command and of those above it, each refused one in place of its value. */
async function takeOptions(command: Command): Promise<Taken['options']> {
  const options: { [name: string]: unknown } = { ...command.optsWithGlobals() };
  for (let at: Command | null = command; at !== null; at = at.parent) {
    for (const option of at.options) {
      const name = option.attributeName();
      const value = options[name];
      if (!(option instanceof FieldOption) || value === undefined) continue;
      options[name] = checked(value, await checkOf(option.field, option.long ?? option.flags));
    }
  }
  return options;
}

async function takeArguments({ args, registeredArguments }: Command): Promise<readonly string[]> {
  const taken = [...args];
  for (const [index, argument] of registeredArguments.entries()) {
    if (!(argument instanceof FieldArgument) || index >= taken.length) continue;
    const check = await checkOf(argument.field, argument.name().toUpperCase());
    const end = argument.variadic ? taken.length : index + 1;
    for (let each = index; each < end; each += 1) taken[each] = check(taken[each] ?? '');
  }
  return taken;
}

/**
 * The arguments and options of a command in their canonical form. Throws for an argument: `bad-id` or `bad-pattern` (exit
 * code 7), `misuse` (2). An option is refused where it is asked for, which may be after stdin was read and can be kept.
 */
export async function takeFields(command: Command): Promise<Taken> {
  return { options: await takeOptions(command), args: await takeArguments(command) };
}
