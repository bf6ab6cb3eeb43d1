// The merge cases with right answers (test/fixtures/cases/json): outcome, set of conflict pointers, and content.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { mergeJson } from '../json.ts';
import type { MergeOptions, MergeResult } from '../types.ts';
import { checkJsonReceipt } from './check.ts';
import { equalValues } from './equal.ts';
import { isParseFailure, parseJson } from './parse.ts';
import * as T from './tape.ts';

interface Meta {
  readonly outcome: 'clean' | 'conflict' | 'error';
  readonly acceptOutcome?: readonly string[];
  readonly errorKind?: string;
  readonly conflicts?: readonly string[];
  readonly acceptConflicts?: readonly (readonly string[])[];
  readonly compare?: 'bytes' | 'semantic' | 'semantic-raw';
  readonly contested?: boolean;
  readonly options?: MergeOptions;
}

const folder = fileURLToPath(new URL('../../../test/fixtures/cases/json/', import.meta.url));

function side(name: string, file: string): Uint8Array | null {
  const path = `${folder}${name}/${file}.json`;
  return existsSync(path) ? new Uint8Array(readFileSync(path)) : null;
}

function merge(name: string, meta: Meta): MergeResult {
  const input = { base: side(name, 'base'), current: side(name, 'ours'), proposed: side(name, 'theirs') };
  return mergeJson({ ...input, ...(meta.options === undefined ? {} : { options: meta.options }) });
}

function contentOf(result: MergeResult): Uint8Array | null {
  if (result.status === 'clean') return result.content;
  return result.status === 'conflict' ? result.partial : null;
}

function isSame(actual: Uint8Array, expected: Uint8Array, meta: Meta): boolean {
  const jsonc = meta.options?.format === 'jsonc';
  const a = parseJson(actual, { jsonc });
  const b = parseJson(expected, { jsonc });
  return !isParseFailure(a) && !isParseFailure(b) && equalValues(a, T.ROOT, b, T.ROOT);
}

function pointersOf(result: MergeResult): string[] {
  if (result.status !== 'conflict') return [];
  return result.conflicts.map(({ at }) => ('pointer' in at ? at.pointer : 'lines')).sort();
}

describe('merge cases', () => {
  for (const name of readdirSync(folder).sort()) {
    const meta = JSON.parse(readFileSync(`${folder}${name}/meta.json`, 'utf8')) as Meta;
    it(`[MJ1] ${name}${meta.contested === true ? ' (contested)' : ''}`, () => {
      const result = merge(name, meta);
      expect([meta.outcome, ...(meta.acceptOutcome ?? [])]).toContain(result.status);
      if (result.status === 'error') expect(result.code).toBe(meta.errorKind);
      if (meta.outcome === 'conflict') {
        const accepted = [meta.conflicts ?? [], ...(meta.acceptConflicts ?? [])].map((set) => [...set].sort());
        expect(accepted).toContainEqual(pointersOf(result));
      }
      const expected = side(name, 'expected');
      if (expected === null) return;
      const actual = contentOf(result);
      if (actual === null) throw new Error('no content');
      if (meta.compare === 'bytes') expect(Buffer.from(actual).toString()).toBe(Buffer.from(expected).toString());
      else if (!isSame(actual, expected, meta))
        expect(Buffer.from(actual).toString()).toBe(Buffer.from(expected).toString());
      if (result.status !== 'clean') return;
      const input = { base: side(name, 'base'), current: side(name, 'ours'), proposed: side(name, 'theirs') };
      const options = meta.options === undefined ? {} : { options: meta.options };
      expect(checkJsonReceipt({ ...input, ...options }, result)).toEqual({ ok: true, dropped: [] });
    });
  }
});
