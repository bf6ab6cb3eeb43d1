// The one seam between the pure engines and other people's parsers. They are loaded when a document first needs them,
// so that the package root stays light; synchronously, because an engine is.
import { createRequire } from 'node:module';
import type * as Toml from '@decimalturn/toml-patch';
import type * as Yaml from 'yaml';

export type { Document, ParsedNode, Scalar, YAMLMap, YAMLSeq } from 'yaml';

const load = createRequire(import.meta.url);

export function loadYaml(): typeof Yaml {
  return load('yaml') as typeof Yaml;
}

export function loadToml(): typeof Toml {
  return load('@decimalturn/toml-patch') as typeof Toml;
}
