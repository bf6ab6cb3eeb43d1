import { describe, expect, expectTypeOf, it } from 'vitest';
import { as, openDesk } from '../../test/support/desk.ts';
import { EntenteError, errorCodes, invariant, isEntenteError } from './errors.ts';
import { bytesOf, EMPTY_HASH, hashOf } from './hash.ts';
import { isSuccess, type Outcome, type OutcomeStatus, versionOf } from './outcome.ts';
import { type ConflictEntry, sideOf, versionDiff } from './resolution.ts';
import { type Head, hasContent, writtenOf } from './version.ts';

describe('hash', () => {
  it('[F4] is SHA-256 of the bytes, in lower-case hex; a string stands for its UTF-8 form', () => {
    expect(hashOf('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(hashOf('é')).toBe(hashOf(new Uint8Array([0xc3, 0xa9])));
    expect(hashOf(new Uint8Array([9, 97, 98, 99]).subarray(1))).toBe(hashOf('abc'));
    expect(EMPTY_HASH).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect([...bytesOf('é')]).toEqual([0xc3, 0xa9]);
  });
});

describe('errors', () => {
  it('[F4] carry a code, details and what to do next, and are known across copies of the package', () => {
    const cause = new Error('below');
    const error = new EntenteError('too-large', 'Too much.', { next: 'Split it.', bytes: 9 }, { cause });
    expect(error).toMatchObject({ code: 'too-large', message: 'Too much.', name: 'EntenteError', cause });
    expect(error.details).toEqual({ next: 'Split it.', bytes: 9 });
    expect(Object.keys(error)).not.toContain('entente.error');
    const copy = { [Symbol.for('entente.error')]: true, code: 'gone' };
    expect([error, copy].every(isEntenteError)).toBe(true);
    expect([new Error('x'), null, undefined, 'x', {}].some(isEntenteError)).toBe(false);
    expect(new Set(errorCodes).size).toBe(errorCodes.length);
  });

  it('[F4] a broken promise of our own says that it is a bug', () => {
    expect(() => invariant(true, 'fine')).not.toThrow();
    expect(() => invariant(false, 'this')).toThrow(/bug: this/);
  });
});

describe('what outcomes say', () => {
  it('[F3] isSuccess: committed, unchanged, merged and split, and no other', () => {
    const expected: Record<OutcomeStatus, boolean> = {
      committed: true,
      unchanged: true,
      merged: true,
      split: true,
      conflict: false,
      retry: false,
      rejected: false,
      aborted: false,
      escalated: false,
      unknown: false,
    };
    for (const [status, success] of Object.entries(expected)) {
      expect(isSuccess({ status } as Outcome), status).toBe(success);
    }
  });

  it('[F3] versionOf: the original resource’s version where the outcome tells it', () => {
    const told = (outcome: object): number | undefined => versionOf(outcome as Outcome);
    expect(told({ status: 'committed', version: 3 })).toBe(3);
    expect(told({ status: 'merged', version: 4 })).toBe(4);
    expect(told({ status: 'unchanged', head: { version: 5 } })).toBe(5);
    expect(told({ status: 'unchanged' })).toBeUndefined();
    expect(told({ status: 'split', kept: { version: 6 }, copy: { version: 1 } })).toBe(6);
    for (const status of ['conflict', 'retry', 'rejected', 'aborted', 'escalated', 'unknown']) {
      expect(told({ status, version: 9 })).toBeUndefined();
    }
  });

  it('[F3] the union of outcomes is closed, and a status is all that is needed to tell them apart', () => {
    expectTypeOf<OutcomeStatus>().toEqualTypeOf<
      | 'committed'
      | 'unchanged'
      | 'merged'
      | 'conflict'
      | 'retry'
      | 'rejected'
      | 'aborted'
      | 'split'
      | 'escalated'
      | 'unknown'
    >();
    expectTypeOf<Extract<Outcome, { status: 'merged' }>['content']>().toEqualTypeOf<Uint8Array>();
    expectTypeOf<Extract<Outcome, { saved: false }>['status']>().toEqualTypeOf<
      'conflict' | 'retry' | 'rejected' | 'aborted'
    >();
    expectTypeOf<Extract<Outcome, { status: 'committed' }>>().not.toHaveProperty('packet');
    expectTypeOf<Outcome['commitId']>().toEqualTypeOf<string>();
  });

  it('[F4] versionDiff is how far the resource had moved, never negative', () => {
    const diff = (expectedVersion: number, actualVersion: number): number =>
      versionDiff({ expectedVersion, actualVersion } as ConflictEntry['conflict']);
    expect([diff(1, 4), diff(4, 4), diff(4, 1)]).toEqual([3, 0, 0]);
  });

  it('[F4] heads: content or none, what was written, and a side for a conflict', async () => {
    const desk = openDesk();
    await desk.put('doc', 'text');
    const hashed = as(await desk.entente.commit((await desk.begin('blob')).token, { hash: 'h' }), 'committed');
    const head = (await desk.entente.getVersion('doc')) as Head;
    const blob = await desk.entente.getVersion('blob');
    await desk.put('doc', null);
    const tombstone = await desk.entente.getVersion('doc');
    expect([head, blob, tombstone, undefined].map(hasContent)).toEqual([true, false, false, false]);
    expect(writtenOf(head)).toEqual({ resource: 'doc', version: 1, revision: 1, hash: hashOf('text') });
    expect(hashed).toMatchObject({ version: 1, hash: 'h' });
    expect(sideOf(undefined)).toEqual({ version: 0, revision: 0, born: 0, hash: '', deleted: true });
    expect(sideOf(head)).toMatchObject({ version: 1, size: 4, agent: 'ann', deleted: false });
    expect('size' in sideOf(blob)).toBe(false);
  });
});
