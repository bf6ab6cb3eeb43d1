// The one seam between the pure engines and other people's parsers. They are loaded when a document first needs them,
// so that the package root stays light; synchronously, because an engine is. Grammars of source code are the exception:
// they are made ready before the merge, and an engine finds them or does without.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type * as Toml from '@decimalturn/toml-patch';
import type * as TreeSitter from 'web-tree-sitter';
import type * as Yaml from 'yaml';

export type { Node, Parser } from 'web-tree-sitter';
export type { CST, Document, ParsedNode, Scalar, YAMLMap, YAMLSeq } from 'yaml';

const load = createRequire(import.meta.url);

export function loadYaml(): typeof Yaml {
  return load('yaml') as typeof Yaml;
}

export function loadToml(): typeof Toml {
  return load('@decimalturn/toml-patch') as typeof Toml;
}

/** May throw: the package is optional. */
export function loadTreeSitter(): typeof TreeSitter {
  return load('web-tree-sitter') as typeof TreeSitter;
}

/** The code of tree-sitter's machine (WebAssembly). May reject: the package is optional. */
export async function readTreeSitter(): Promise<Uint8Array> {
  return await readFile(load.resolve('web-tree-sitter/web-tree-sitter.wasm'));
}

/** Where the grammar of that name lies, for the parser to read. May throw: the package is optional. */
export function grammarFile(name: string): string {
  return load.resolve(`@vscode/tree-sitter-wasm/wasm/tree-sitter-${name}.wasm`);
}
