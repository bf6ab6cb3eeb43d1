// Reads one version of a source for the check: whether it parses, and what it declares.
import { isParseFailure, parseJson } from '../json/parse.ts';
import { loadYaml, type Node } from '../packages.ts';
import { OverBudget, type Watch } from '../watch.ts';
import { aliasesIn } from '../yaml/aliases.ts';
import { checkDepth } from '../yaml/parse.ts';
import { declaredIn } from './declarations.ts';
import type { Declared } from './declared.ts';
import { type GrammarName, grammarOf, type Language } from './languages.ts';
import { firstError, MAX_SOURCE, parseCode } from './parse.ts';
import { repeatedInScopes } from './scopes.ts';

export interface Source {
  /** Where and why it does not parse; undefined where it does. */
  readonly problem: string | undefined;
  readonly declared: readonly Declared[];
}

/** The text of a source, without its byte order mark; undefined for what is no UTF-8 or too long to be parsed. */
export function textOf(content: Uint8Array): string | undefined {
  if (content.length > MAX_SOURCE) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
    return text.startsWith('\uFEFF') ? text.slice(1) : text;
  } catch {
    return undefined;
  }
}

/** Undefined where it cannot be told: no parser is ready, no UTF-8, too long. Throws OverBudget from `watch` only. */
export function readSource(language: Language, content: Uint8Array, watch: Watch): Source | undefined {
  watch(content.length);
  if (language === 'json' || language === 'jsonc') return readJson(content, language === 'jsonc');
  const text = textOf(content);
  if (text === undefined) return undefined;
  if (language === 'yaml') return { problem: problemInYaml(text), declared: [] };
  const grammar = grammarOf(language);
  const parsed = grammar === undefined ? undefined : parseCode(grammar, text, watch);
  if (grammar === undefined || parsed === undefined) return undefined;
  try {
    const error = firstError(parsed.root);
    const problem = error === undefined ? undefined : `line ${error.line}: ${error.near}`;
    return { problem, declared: problem === undefined ? allIn(grammar, parsed.root) : [] };
  } finally {
    parsed.free();
  }
}

function allIn(grammar: GrammarName, root: Node): readonly Declared[] {
  return [...declaredIn(grammar, root), ...repeatedInScopes(grammar, root)];
}

function readJson(content: Uint8Array, jsonc: boolean): Source {
  const parsed = parseJson(content, { jsonc });
  return { problem: isParseFailure(parsed) ? `byte ${parsed.offset}: ${parsed.message}` : undefined, declared: [] };
}

/** What the parser itself gives up on (nesting beyond its stack) is no YAML either. */
function problemInYaml(text: string): string | undefined {
  try {
    checkDepth(text);
    const documents = loadYaml().parseAllDocuments(text, { logLevel: 'silent' });
    if ('empty' in documents) return undefined;
    const [error] = documents.flatMap(({ errors }) => errors);
    if (error !== undefined) return error.message.split('\n', 1)[0];
    return aliasesIn(documents).isLost ? 'an alias has no anchor' : undefined;
  } catch (error) {
    if (error instanceof OverBudget) throw error;
    return error instanceof Error ? error.message : String(error);
  }
}
