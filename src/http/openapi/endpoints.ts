// Every endpoint with its schemas and an example. A test compares this list with the routes, both ways, and sends the
// examples to a real server. Here stand those of resources and their changes; the others come from the files beside.
import { begin } from '../../service/operations/begin.ts';
import { commit } from '../../service/operations/commit.ts';
import { commitStatus } from '../../service/operations/commit-status.ts';
import { drafts } from '../../service/operations/drafts.ts';
import { head } from '../../service/operations/head.ts';
import { list } from '../../service/operations/list.ts';
import { making } from '../../service/operations/making.ts';
import { read } from '../../service/operations/read.ts';
import { release } from '../../service/operations/release.ts';
import { transact } from '../../service/operations/transact.ts';
import { undo } from '../../service/operations/undo.ts';
import { versions } from '../../service/operations/versions.ts';
import { landedWrite } from '../../service/schemas/results.ts';
import { ACCOUNT, PAGE } from './account-endpoints.ts';
import { BODIES, type Endpoint, of } from './endpoint.ts';
import { QUEUE, RECORDED } from './queue-endpoints.ts';
import { ROOT } from './root-endpoints.ts';
import { SPACE } from './space-endpoints.ts';

const ID = 'notes/plan.md';
const WRITES = ['Idempotency-Key', 'Entente-Agent', 'Entente-Note'] as const;

const RESOURCES: readonly Endpoint[] = [
  {
    ...{ method: 'get', path: '/resource', ...of(read), inputIs: 'query', without: ['version'], output: 'bytes' },
    ...{ headers: ['If-None-Match', 'If-Match'], good: [200, 304], bad: [412, 422] },
    example: { query: { id: ID }, status: 200 },
  },
  {
    ...{ method: 'put', path: '/resource', name: 'put', input: read.input, inputIs: 'query', without: ['version'] },
    summary: 'Write content on exactly the version that is named; nothing is merged.',
    ...{ takesBytes: true, headers: ['If-Match', 'If-None-Match', ...WRITES], output: landedWrite, good: [200, 201] },
    bad: [409, 412, 413, 422, 428],
    example: { query: { id: ID }, headers: { 'If-Match': '{etag}' }, body: '# Plan\n\nShip it.\n', status: 200 },
  },
  {
    ...{
      method: 'delete',
      path: '/resource',
      name: 'delete',
      input: read.input,
      inputIs: 'query',
      without: ['version'],
    },
    summary: 'Delete exactly the version that is named.',
    ...{ headers: ['If-Match', ...WRITES], good: [204], bad: [409, 412, 422, 428] },
    example: { query: { id: ID }, headers: { 'If-Match': '{etag}' }, status: 204 },
  },
  {
    ...{ method: 'get', path: '/resource/head', ...of(head), inputIs: 'query', good: [200], bad: [410] },
    example: { query: { id: ID, content: '1' }, status: 200 },
  },
  {
    ...{ method: 'post', path: '/resource/undo', ...of(undo), inputIs: 'body', without: ['ifMatch', 'commitId'] },
    ...{ headers: ['If-Match', 'Idempotency-Key'], good: [200, 201], bad: [409, 410, 412, ...BODIES, 422, 428] },
    example: { headers: { 'If-Match': '{etag}' }, body: { id: ID, version: 1 }, status: 200 },
  },
  {
    ...{ method: 'get', path: '/resources', ...of(list), inputIs: 'query', good: [200] },
    example: { query: { prefix: 'notes/', limit: '50' }, status: 200 },
  },
  {
    ...{ method: 'get', path: '/resource/versions', ...of(versions), inputIs: 'query', good: [200] },
    example: { query: { id: ID }, status: 200 },
  },
  {
    ...{ method: 'get', path: '/resource/versions/{version}', name: 'read-version', output: 'bytes' },
    ...{ summary: 'The content of a version that is still kept.', input: read.input, inputIs: 'query' },
    ...{ without: ['version'], headers: ['If-None-Match', 'If-Match'], good: [200, 304], bad: [410, 412, 422] },
    example: { query: { id: ID }, path: { version: '1' }, status: 200 },
  },
  {
    ...{ method: 'get', path: '/resource/versions/{version}/making', ...of(making), inputIs: 'query' },
    ...{ without: ['version'], good: [200], bad: [410] },
    example: { query: { id: ID }, path: { version: '1' }, status: 200 },
  },
];

const CHANGES: readonly Endpoint[] = [
  {
    ...{ method: 'post', path: '/drafts', ...of(begin), inputIs: 'body', good: [200], bad: BODIES },
    example: { body: { id: ID, note: 'shorten the plan' }, status: 200 },
  },
  {
    ...{ method: 'get', path: '/drafts', ...of(drafts), inputIs: 'query', good: [200] },
    example: { query: { id: ID }, status: 200 },
  },
  {
    ...{ method: 'delete', path: '/drafts/{id}', name: release.name, summary: release.summary },
    ...{ input: release.input, inputIs: 'query', without: ['draftId'], good: [204] },
    example: { path: { id: 'AbCdEfGhIjKl' }, status: 204 },
  },
  {
    ...{ method: 'post', path: '/commits', ...of(commit), inputIs: 'body', without: ['dryRun'] },
    ...{ headers: ['Idempotency-Key'], query: { dry_run: '1: say what would happen, and change nothing.' } },
    ...{ good: [200, 201, 202], bad: [409, 410, ...BODIES, 422] },
    example: { body: { token: '{token}', content: '# Plan\n\nShip it on Friday.\n' }, status: 200 },
  },
  {
    ...{ method: 'get', path: '/commits/{commitId}', ...of(commitStatus), inputIs: 'query', without: ['commitId'] },
    ...{ good: [200] },
    example: { path: { commitId: '{commitId}' }, status: 200 },
  },
  {
    ...{ method: 'post', path: '/transactions', ...of(transact), inputIs: 'body', headers: ['Idempotency-Key'] },
    ...{ good: [200, 201], bad: [409, 410, ...BODIES, 422] },
    example: { body: { writes: [{ token: '{token}', append: 'Done.\n' }] }, status: 200 },
  },
];

export const ENDPOINTS: readonly Endpoint[] = [
  ...[...RESOURCES, ...CHANGES, ...QUEUE, ...RECORDED, ...SPACE],
  ...[...ACCOUNT, ...ROOT, ...PAGE],
];
