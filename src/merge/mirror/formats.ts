// The formats that are merged by structure beside JSON, by the names of their engines: how their conflicts are settled and
// their receipts checked.
import { checkJsonReceipt, type JsonReceiptCheck } from '../json/check.ts';
import type { Context } from '../json/context.ts';
import { arraysOf, mergeRecords } from '../ndjson.ts';
import { readArray } from '../record-array.ts';
import { tomlFormat } from '../toml.ts';
import type { CleanMerge, MergeInput, MergeResult } from '../types.ts';
import { yamlFormat } from '../yaml.ts';
import { checkMirrored } from './check.ts';
import { type Format, mergeMirrored } from './engine.ts';

export interface Structure {
  readonly name: string;
  readonly merge: (input: MergeInput, settled: Context['settled']) => MergeResult;
  /** The JSON of a value that a decision gives in the format's own words. */
  readonly readValue: (text: string) => string | undefined;
  readonly check: (input: MergeInput, merged: CleanMerge, decided: boolean) => JsonReceiptCheck;
}

function mirrored(format: Format): Structure {
  return {
    name: format.name,
    merge: (input, settled) => mergeMirrored(format, input, settled),
    readValue: format.readValue,
    check: (input, merged, decided) => checkMirrored(format, input, merged, decided),
  };
}

const records: Structure = {
  name: 'ndjson',
  merge: mergeRecords,
  readValue: (text) => text,
  check(input, merged, decided) {
    const arrays = arraysOf(input);
    const content = merged.content === null ? null : readArray(merged.content);
    if (arrays === undefined || content === undefined) {
      return { ok: false, dropped: [{ pointer: '', problem: 'a side or the result is not one record a line' }] };
    }
    return checkJsonReceipt({ ...input, ...arrays }, { ...merged, content }, decided);
  },
};

const structures = [mirrored(yamlFormat), mirrored(tomlFormat), records];
const byName: ReadonlyMap<string, Structure> = new Map(structures.map((each) => [each.name, each]));

export function structureNamed(engine: string): Structure | undefined {
  return byName.get(engine);
}
