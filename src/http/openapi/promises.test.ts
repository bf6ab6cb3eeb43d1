// What the API promised stays: clients that were written for it go on working. The promises are kept in a file; with an
// endpoint more it is written anew from `promisesOf(openapiDocument(version))`, sorted by name, as JSON with two blanks.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { brokenPromises, type Promised, type Promises, promisesOf } from '../../../test/support/api-promises.ts';
import { openapiDocument } from './document.ts';

const FILE = new URL('../../../test/fixtures/openapi/promises.json', import.meta.url);
const kept = JSON.parse(readFileSync(FILE, 'utf8')) as Promises;
const now = promisesOf(openapiDocument('0.0.0'));

describe('promises of the API', () => {
  it('[HT40] no endpoint, field, value or status that clients go by is gone, and nothing more has to be sent', () => {
    expect(Object.keys(now).filter((endpoint) => !Object.hasOwn(kept, endpoint))).toEqual([]);
    expect(brokenPromises(kept, now)).toEqual([]);
  });

  it('[HT40] what is taken back is seen, and what is added is not', () => {
    const list = 'GET /v1/spaces/{space}/conflicts';
    const drafts = 'POST /v1/spaces/{space}/drafts';
    const changed = (endpoint: string, change: (promised: Promised) => Partial<Promised>): string[] => {
      const promised = kept[endpoint] as Promised;
      return brokenPromises(kept, { ...now, [endpoint]: { ...promised, ...change(promised) } });
    };
    const without = (fields: Promised['takes'], name: string): Promised['takes'] =>
      Object.fromEntries(Object.entries(fields).filter(([place]) => place !== name));
    const { [list]: _list, ...others } = now;
    expect(brokenPromises(kept, others)).toEqual([`${list} is gone`]);
    const state = { type: 'string', values: ['open'] };
    for (const [endpoint, change] of [
      [list, ({ takes }) => ({ takes: without(takes, 'query pattern') })],
      [list, ({ takes }) => ({ takes: { ...takes, 'query state': state } })],
      [list, ({ takes }) => ({ takes: { ...takes, 'query limit': { type: 'string' } } })],
      [list, ({ gives }) => ({ gives: without(gives, 'items') })],
      [drafts, ({ takes }) => ({ takes: { ...takes, 'body why': { type: 'string', required: true } } })],
      [drafts, () => ({ answers: ['201'] })],
    ] as readonly (readonly [string, (promised: Promised) => Partial<Promised>])[])
      expect([endpoint, changed(endpoint, change).length]).toEqual([endpoint, 1]);
    const more = { type: 'string' };
    expect(
      changed(drafts, ({ takes, answers }) => ({ takes: { ...takes, more }, answers: [...answers, '201'] })),
    ).toEqual([]);
  });
});
