// The endpoints of conflicts and of what was decided on them.
import { claim } from '../../service/operations/claim.ts';
import { conflict } from '../../service/operations/conflict.ts';
import { conflicts } from '../../service/operations/conflicts.ts';
import { compose, dissect } from '../../service/operations/dissect.ts';
import { forget } from '../../service/operations/forget.ts';
import { propose } from '../../service/operations/propose.ts';
import { recorded } from '../../service/operations/recorded.ts';
import { resolve } from '../../service/operations/resolve.ts';
import { BODIES, type Endpoint, of } from './endpoint.ts';

export const QUEUE: readonly Endpoint[] = [
  {
    ...{ method: 'get', path: '/conflicts', ...of(conflicts), inputIs: 'query', good: [200] },
    example: { query: { state: 'open' }, status: 200 },
  },
  {
    ...{ method: 'get', path: '/conflicts/{conflictId}', ...of(conflict), inputIs: 'query', without: ['conflictId'] },
    good: [200],
    example: { path: { conflictId: '{conflictId}' }, status: 200 },
  },
  {
    ...{ method: 'get', path: '/conflicts/{conflictId}/view', ...of(dissect), inputIs: 'query' },
    ...{ without: ['conflictId'], good: [200] },
    example: { path: { conflictId: '{conflictId}' }, status: 200 },
  },
  {
    ...{ method: 'post', path: '/conflicts/{conflictId}/composition', ...of(compose), inputIs: 'body' },
    ...{ without: ['conflictId'], good: [200], bad: [...BODIES, 422] },
    example: {
      ...{ path: { conflictId: '{conflictId}' }, status: 200 },
      body: { choices: [{ region: '{regionId}', use: 'both' }] },
    },
  },
  {
    ...{ method: 'get', path: '/conflicts/{conflictId}/content', name: 'conflict-content', output: 'bytes' },
    ...{ summary: 'The content of one side of a conflict.', query: { side: 'base, current or proposed' } },
    ...{ good: [200], bad: [422] },
    example: { path: { conflictId: '{conflictId}' }, query: { side: 'current' }, status: 200 },
  },
  {
    ...{ method: 'post', path: '/conflicts/{conflictId}/claim', ...of(claim), inputIs: 'body' },
    ...{ without: ['conflictId'], good: [200], bad: [409, 412, ...BODIES] },
    example: { path: { conflictId: '{conflictId}' }, body: {}, status: 200 },
  },
  {
    ...{ method: 'delete', path: '/conflicts/{conflictId}/claim', name: 'release-claim', good: [204], bad: [409] },
    summary: 'Give a claim up.',
    example: { path: { conflictId: '{conflictId}' }, status: 204 },
  },
  {
    ...{ method: 'post', path: '/conflicts/{conflictId}/proposals', ...of(propose), inputIs: 'body' },
    ...{ without: ['conflictId'], headers: ['Idempotency-Key'], good: [201], bad: [412, ...BODIES, 422] },
    example: { path: { conflictId: '{conflictId}' }, body: { use: 'current', reason: 'It is newer.' }, status: 201 },
  },
  {
    ...{ method: 'post', path: '/conflicts/{conflictId}/resolution', ...of(resolve), inputIs: 'body' },
    ...{ without: ['conflictId', 'revision'], headers: ['If-Match', 'Idempotency-Key'] },
    ...{ good: [200], bad: [409, 412, ...BODIES, 422, 428] },
    example: {
      ...{ path: { conflictId: '{conflictId}' }, headers: { 'If-Match': '{conflictEtag}' } },
      ...{ body: { content: '# Plan\n\nBoth.\n', reason: 'They say the same.' }, status: 200 },
    },
  },
];

export const RECORDED: readonly Endpoint[] = [
  {
    ...{ method: 'get', path: '/recorded', ...of(recorded), inputIs: 'query', good: [200] },
    example: { query: { limit: '50' }, status: 200 },
  },
  {
    ...{ method: 'post', path: '/recorded/forget', ...of(forget), inputIs: 'body', headers: ['Idempotency-Key'] },
    ...{ good: [200], bad: BODIES },
    example: { body: { ids: ['{recordedId}'], reason: 'It was wrong.' }, status: 200 },
  },
];
