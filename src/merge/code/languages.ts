// Which files are source code that can be parsed, and by which grammar.

/** Languages with a grammar of tree-sitter, by its name. */
export const grammarNames = ['typescript', 'tsx', 'javascript', 'python', 'go'] as const;
export type GrammarName = (typeof grammarNames)[number];

/** What a merged text can be checked as. */
export type Language = GrammarName | 'json' | 'jsonc' | 'yaml';

const byExtension: ReadonlyMap<string, Language> = new Map([
  ['.ts', 'typescript'],
  ['.mts', 'typescript'],
  ['.cts', 'typescript'],
  ['.tsx', 'tsx'],
  ['.js', 'javascript'],
  ['.mjs', 'javascript'],
  ['.cjs', 'javascript'],
  ['.jsx', 'javascript'],
  ['.py', 'python'],
  ['.pyi', 'python'],
  ['.go', 'go'],
  ['.json', 'json'],
  ['.jsonc', 'jsonc'],
  ['.yaml', 'yaml'],
  ['.yml', 'yaml'],
]);

const names: ReadonlyMap<Language, string> = new Map([
  ['typescript', 'TypeScript'],
  ['tsx', 'TypeScript'],
  ['javascript', 'JavaScript'],
  ['python', 'Python'],
  ['go', 'Go'],
  ['json', 'JSON'],
  ['jsonc', 'JSON with comments'],
  ['yaml', 'YAML'],
]);

/** The language of a path by its ending; undefined for what is not checked. */
export function languageAt(path: string | undefined): Language | undefined {
  const dot = path?.lastIndexOf('.') ?? -1;
  return path === undefined || dot < 0 ? undefined : byExtension.get(path.slice(dot).toLowerCase());
}

/** The grammar that a language needs; undefined where it is parsed otherwise. */
export function grammarOf(language: Language | undefined): GrammarName | undefined {
  return grammarNames.find((name) => name === language);
}

/** The language's name for people. */
export function titleOf(language: Language): string {
  return names.get(language) ?? language;
}

/** A path of that language. */
export function pathFor(name: GrammarName): string {
  const [ending = ''] = [...byExtension].find(([, language]) => language === name) ?? [];
  return `x${ending}`;
}
