// What etcd says, and what it means: errors by code and text, numbers, versions, addresses.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorCodeOf } from '../../../test/support/error-code.ts';
import { etcdFaultOf, faultOf, faultOfAnswer, leavesNothing } from './errors.ts';
import { createKeys } from './keys.ts';
import { int64, inverted, modOf, PLACES, padded, revisionOf } from './numbers.ts';
import { parseAddress, tlsOf, userOf } from './place.ts';
import { NoAnswer } from './transport.ts';
import { warningFor } from './versions.ts';
import { answered, nested } from './wire.ts';

describe('errors of etcd', () => {
  it.each([
    [429, 8, 'grpc: received message larger than max (2097354 vs. 2097152)', 'too-large', true],
    [400, 3, 'etcdserver: request is too large', 'too-large', true],
    [400, 3, 'etcdserver: too many operations in txn request', 'too-large', true],
    [429, 8, 'etcdserver: mvcc: database space exceeded', 'store-full', false],
    [429, 8, 'etcdserver: too many requests', 'store-unavailable', true],
    [400, 11, 'etcdserver: mvcc: required revision has been compacted', 'store-unavailable', true],
    [500, 15, 'etcdserver: corrupt cluster', 'store-corrupt', true],
    [403, 7, 'etcdserver: permission denied', 'store-unavailable', true],
    [401, 16, 'etcdserver: invalid auth token', 'store-unavailable', true],
    [503, 14, 'etcdserver: leader changed', 'store-unavailable', false],
    [503, 14, 'etcdserver: request timed out', 'store-unavailable', false],
    [504, 4, 'context deadline exceeded', 'store-unavailable', false],
    [500, 2, 'something new', 'store-unavailable', false],
    [500, 13, 'transport is closing', 'store-unavailable', false],
  ] as const)('[ET14] status %i, code %i, %s: %s', (status, code, message, wanted, sure) => {
    const fault = faultOfAnswer({ status, text: JSON.stringify({ error: message, message, code }) });
    expect(faultOf(fault, 'etcd://a').code).toBe(wanted);
    expect(leavesNothing(fault)).toBe(sure);
  });

  it('[ET9] what was sent is in doubt, what was not is not; what is no answer of etcd is in doubt', () => {
    expect(leavesNothing(new NoAnswer('reset', true))).toBe(false);
    expect(leavesNothing(new NoAnswer('refused', false))).toBe(true);
    expect(leavesNothing(new Error('whatever'))).toBe(false);
    expect(leavesNothing(faultOfAnswer({ status: 502, text: '<html>' }))).toBe(false);
    expect(etcdFaultOf(faultOfAnswer({ status: 404, text: 'Not Found' })).meaning.text).toContain('gateway');
  });

  it('[ET9] only `succeeded: true` is a success: what is left out is false (T22)', () => {
    for (const json of [{}, { succeeded: false }, { succeeded: 'true' }, { succeeded: 1 }]) {
      expect(answered(json).succeeded).toBe(false);
    }
    expect(answered({ succeeded: true, header: { revision: '7' } })).toMatchObject({ succeeded: true, revision: 7 });
    expect(nested(undefined).succeeded).toBe(false);
  });
});

describe('numbers of etcd', () => {
  it('[ET17] int64 are exact, and what is above 2^53 − 1 is revision-overflow', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 2n ** 53n - 4n, max: 2n ** 63n - 1n }), (big) => {
        const isSafe = big <= BigInt(Number.MAX_SAFE_INTEGER);
        if (isSafe) expect(int64(big.toString())).toBe(Number(big));
        else expect(errorCodeOf(() => int64(big.toString()))).toBe('revision-overflow');
      }),
    );
    expect(int64(undefined)).toBe(0);
    for (const wrong of ['', '1.5', 'x', '1e3', null, {}]) {
      expect(errorCodeOf(() => int64(wrong))).toBe('store-corrupt');
    }
    expect(errorCodeOf(() => revisionOf(Number.MAX_SAFE_INTEGER / 2, 0))).toBe('revision-overflow');
  });

  it('[ET17] a revision tells etcd’s own and the place, and keys are in the order of the numbers', () => {
    const arbitraryMod = fc.nat({ max: 2 ** 46 });
    fc.assert(
      fc.property(arbitraryMod, arbitraryMod, fc.nat({ max: PLACES - 1 }), (one, other, place) => {
        expect(modOf(revisionOf(one, place))).toBe(one);
        expect(padded(one) < padded(other)).toBe(one < other);
        expect(inverted(one) < inverted(other)).toBe(one > other);
      }),
    );
  });

  it('[ET17] names of callers cannot leave their place in a key, and come back from it', () => {
    const keys = createKeys('p/');
    // Lone surrogates, NUL and slashes among them.
    const unit = fc.oneof(
      fc.constantFrom('/', '%', '\0', '\u0001', '=', 'a'),
      fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code)),
    );
    const arbitraryName = fc.string({ unit });
    fc.assert(
      fc.property(arbitraryName, arbitraryName, (kind, id) => {
        const key = keys.indexed('s', kind, undefined, id);
        expect(key.split('/').length).toBe(6);
        expect(keys.idOfIndexed(key)).toBe(id);
        expect(keys.spaceOfLast(keys.last(id, 7))).toBe(id);
        expect(keys.placeOfLast(keys.last(id, 7))).toBe(7);
      }),
    );
  });
});

describe('set-ups of etcd', () => {
  it('[ET18] versions with known faults are warned of, others are not', () => {
    for (const old of ['3.4.23', '3.5.0', '3.5.32', '3.6.13', '3.7.0', '2.3.8', undefined]) {
      expect(warningFor(old), String(old)).toContain('3.5.33');
    }
    for (const sound of ['3.5.33', '3.5.40', '3.6.14', '3.7.1', '3.8.0', '4.0.0'])
      expect(warningFor(sound)).toBeUndefined();
  });

  it('[ET19] an address names hosts, a scheme for TLS and a prefix, and nothing secret', () => {
    const { endpoints, prefix, shown } = parseAddress('etcds://a,b:1234,[::1]:5?prefix=team/notes');
    expect(endpoints.map(({ href }) => href)).toEqual(['https://a:2379/', 'https://b:1234/', 'https://[::1]:5/']);
    expect(prefix).toBe('team/notes/');
    expect(shown).toBe('etcds://a:2379,b:1234,[::1]:5?prefix=team/notes');
    const shelved = parseAddress('etcd://a?contents=sqlite:/srv/contents.db');
    expect(shelved.contents).toBe('sqlite:/srv/contents.db');
    expect(parseAddress(shelved.shown)).toEqual(shelved);
    expect(parseAddress('etcd://a').shown).toBe('etcd://a:2379');
    const sealed = parseAddress('etcds://a?cacert=/srv/ca.pem&cert=/srv/a b.pem&key=/srv/a.key');
    expect(sealed.files).toEqual({ cacert: '/srv/ca.pem', cert: '/srv/a b.pem', key: '/srv/a.key' });
    expect(parseAddress(sealed.shown)).toEqual(sealed);
    for (const wrong of [
      'etcd:',
      'etcd://',
      'http://a',
      'etcd://u:p@a',
      'etcd://a?prefix=../x',
      'etcd://a?prefix=',
      'etcd://a?x=1',
      'etcd://a,',
      'etcd://a#b',
      'etcd://a?cacert=/x',
      'etcds://a?cacert=',
      'etcds://a?cert=/x',
    ]) {
      expect([wrong, errorCodeOf(() => parseAddress(wrong))]).toEqual([wrong, 'misuse']);
    }
  });

  it('[ET19] the user and the files of TLS come by the names that etcdctl has for them', () => {
    expect(userOf({})).toBeUndefined();
    expect(userOf({ ETCDCTL_USER: 'ann:s:3' })).toEqual({ name: 'ann', password: 's:3' });
    expect(userOf({ ETCDCTL_USER: 'ann', ETCDCTL_PASSWORD: 'x' })).toEqual({ name: 'ann', password: 'x' });
    expect(tlsOf({})).toEqual({});
    expect(errorCodeOf(() => tlsOf({ ETCDCTL_CACERT: '/nowhere/ca.pem' }))).toBe('misuse');
    // What the address names goes first.
    expect(errorCodeOf(() => tlsOf({ ETCDCTL_CACERT: '/dev/null' }, { cacert: '/nowhere/ca.pem' }))).toBe('misuse');
    expect(tlsOf({ ETCDCTL_CACERT: '/nowhere/ca.pem' }, { cacert: '/dev/null' })).toEqual({ ca: '' });
  });
});
