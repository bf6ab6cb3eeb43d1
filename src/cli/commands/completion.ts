// `completion SHELL`: a script for the shell, made from the commands as they are.
import type { Command } from 'commander';
import { EntenteError } from '../../core/errors.ts';
import type { Register } from './register.ts';

interface Words {
  readonly name: string;
  readonly about: string;
  readonly options: readonly string[];
  readonly subcommands: readonly string[];
}

function wordsOf(program: Command): readonly Words[] {
  const commands = program.commands.map((command) => ({
    name: command.name(),
    about: command.description().replaceAll("'", '’'),
    options: [command, ...command.commands, program].flatMap(longNames),
    subcommands: command.commands.map((each) => each.name()),
  }));
  const names = commands.map(({ name }) => name);
  return [...commands, { name: 'help', about: 'how a command is used', options: [], subcommands: names }];
}

function longNames({ options }: Command): readonly string[] {
  return options.flatMap(({ long }) => (typeof long === 'string' ? [long] : []));
}

function bash(words: readonly Words[], globals: readonly string[]): string {
  const cases = words.map(
    ({ name, options, subcommands }) => `    ${name}) words="${[...subcommands, ...options].join(' ')}" ;;`,
  );
  return `# entente: completion for bash. Use it with: source <(entente completion bash)
_entente() {
  local word="\${COMP_WORDS[COMP_CWORD]}" words at=1
  # Options may stand before the command, some with a value.
  while [[ "\${COMP_WORDS[at]}" == -* && $at -lt $COMP_CWORD ]]; do
    case "\${COMP_WORDS[at]}" in --store | --space | --agent) at=$((at + 2)) ;; *) at=$((at + 1)) ;; esac
  done
  if [ "$at" -ge "$COMP_CWORD" ]; then
    COMPREPLY=($(compgen -W "${words.map(({ name }) => name).join(' ')} ${globals.join(' ')}" -- "$word"))
    return
  fi
  case "\${COMP_WORDS[at]}" in
${cases.join('\n')}
    *) words="" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _entente entente
`;
}

function zsh(words: readonly Words[]): string {
  const cases = words.map(
    ({ name, options, subcommands }) => `    ${name}) compadd -- ${[...subcommands, ...options].join(' ')} ;;`,
  );
  return `#compdef entente
# entente: completion for zsh. Use it with: source <(entente completion zsh)
_entente() {
  if (( CURRENT == 2 )); then
    local -a commands=(
${words.map(({ name, about }) => `      '${name}:${about.replaceAll(':', ' -')}'`).join('\n')}
    )
    _describe command commands
    return
  fi
  case "$words[2]" in
${cases.join('\n')}
  esac
  _files
}
compdef _entente entente
`;
}

function fish(words: readonly Words[]): string {
  const lines = words.flatMap(({ name, about, options, subcommands }) => [
    `complete -c entente -n __fish_use_subcommand -a ${name} -d '${about}'`,
    ...subcommands.map((each) => `complete -c entente -n '__fish_seen_subcommand_from ${name}' -a ${each}`),
    ...options.map((each) => `complete -c entente -n '__fish_seen_subcommand_from ${name}' -l ${each.slice(2)}`),
  ]);
  return `# entente: completion for fish. Use it with: entente completion fish | source\n${lines.join('\n')}\n`;
}

const SHELLS: { readonly [shell: string]: (words: readonly Words[], globals: readonly string[]) => string } = {
  bash,
  zsh,
  fish,
};

export const registerCompletion: Register = (program, run) => {
  program
    .command('completion')
    .description('a completion script for bash, zsh or fish')
    .argument('<shell>', 'bash, zsh or fish')
    .action(
      run(async ({ args, console }) => {
        const shell = args[0] ?? '';
        const make = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined;
        if (make === undefined) {
          throw new EntenteError(
            'misuse',
            `There is completion for bash, zsh and fish, not for ${JSON.stringify(shell)}.`,
            {
              next: 'entente completion bash',
            },
          );
        }
        const script = make(wordsOf(program), longNames(program));
        if (console.json) await console.object({ shell, script });
        else await console.data(script);
        return undefined;
      }),
    );
};
