// Every endpoint with its schemas and an example. A test compares this list with the routes, both ways, and sends the
// examples to a real server.

import * as z from 'zod';
import { audit } from '../../service/operations/audit.ts';
import { auditHead } from '../../service/operations/audit-head.ts';
import { begin } from '../../service/operations/begin.ts';
import { claim } from '../../service/operations/claim.ts';
import { commit } from '../../service/operations/commit.ts';
import { commitStatus } from '../../service/operations/commit-status.ts';
import { conflict } from '../../service/operations/conflict.ts';
import { conflicts } from '../../service/operations/conflicts.ts';
import { demo, startDemo } from '../../service/operations/demo.ts';
import { compose, dissect } from '../../service/operations/dissect.ts';
import { drafts } from '../../service/operations/drafts.ts';
import { explain } from '../../service/operations/explain.ts';
import { forget } from '../../service/operations/forget.ts';
import { head } from '../../service/operations/head.ts';
import { list } from '../../service/operations/list.ts';
import { making } from '../../service/operations/making.ts';
import { policy } from '../../service/operations/policy.ts';
import { position } from '../../service/operations/position.ts';
import { propose } from '../../service/operations/propose.ts';
import { read } from '../../service/operations/read.ts';
import { recorded } from '../../service/operations/recorded.ts';
import { rehearsePolicy } from '../../service/operations/rehearsal.ts';
import { release } from '../../service/operations/release.ts';
import { resolve } from '../../service/operations/resolve.ts';
import { series } from '../../service/operations/series.ts';
import { setPolicy } from '../../service/operations/set-policy.ts';
import { stats } from '../../service/operations/stats.ts';
import { transact } from '../../service/operations/transact.ts';
import { undo } from '../../service/operations/undo.ts';
import { startVerification, verification } from '../../service/operations/verify.ts';
import { versions } from '../../service/operations/versions.ts';
import { landedWrite } from '../../service/schemas/results.ts';
import { eventsInput, eventsResult } from '../routes/events.ts';
import { ACCOUNT, PAGE } from './account-endpoints.ts';
import { BODIES, type Endpoint, of } from './endpoint.ts';

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

const QUEUE: readonly Endpoint[] = [
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

const RECORDED: readonly Endpoint[] = [
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

const RULES: readonly Endpoint[] = [
  { ...{ method: 'get', path: '/policy', ...of(policy), good: [200] }, example: { status: 200 } },
  {
    ...{ method: 'put', path: '/policy', ...of(setPolicy), inputIs: 'body', without: ['revision'] },
    ...{ headers: ['If-Match', 'If-None-Match'], good: [200, 201], bad: [412, ...BODIES, 428] },
    example: {
      headers: { 'If-Match': '{policyEtag}' },
      body: { rules: [['**/*.json', 'merge(json)']], default: 'escalate' },
      status: 200,
    },
  },
  {
    ...{ method: 'post', path: '/policy/explain', ...of(explain), inputIs: 'body', good: [200], bad: BODIES },
    example: { body: { id: ID }, status: 200 },
  },
  {
    ...{
      method: 'post',
      path: '/policy/rehearsal',
      ...of(rehearsePolicy),
      inputIs: 'body',
      good: [200],
      bad: [410, ...BODIES],
    },
    example: { body: { rules: [['**/*.md', 'merge(text)']], default: 'escalate', examples: 10 }, status: 200 },
  },
  {
    ...{ method: 'get', path: '/audit', ...of(audit), inputIs: 'query', good: [200], bad: [410] },
    example: { query: { limit: '100' }, status: 200 },
  },
  { ...{ method: 'get', path: '/audit/head', ...of(auditHead), good: [200] }, example: { status: 200 } },
  {
    ...{ method: 'get', path: '/audit/export', name: 'export-audit', output: 'bytes', good: [200], bad: [410] },
    summary:
      'The audit as a table (CSV), from a cursor or from its beginning. What a spreadsheet would run begins with an apostrophe.',
    query: { cursor: 'Of an entry; from the oldest one that is kept, unless said.' },
    example: { status: 200 },
  },
  {
    ...{ method: 'post', path: '/audit/verify', ...of(startVerification), inputIs: 'body', good: [202], bad: BODIES },
    example: { body: {}, status: 202 },
  },
  { ...{ method: 'get', path: '/audit/verify', ...of(verification), good: [200] }, example: { status: 200 } },
  {
    ...{ method: 'get', path: '/events', name: 'events', input: eventsInput, inputIs: 'query', good: [200] },
    summary: 'What happened since a cursor: server-sent events, or with Accept: application/json a long poll.',
    ...{ headers: ['Last-Event-ID'], output: eventsResult, bad: [410, 429] },
    stream: 'ready, commit, bookmark, reset and end; the id of each is the cursor to go on from.',
    example: { query: { since: 'now', wait: '0' }, headers: { accept: 'application/json' }, status: 200 },
  },
  { ...{ method: 'get', path: '/position', ...of(position), good: [200] }, example: { status: 200 } },
  { ...{ method: 'get', path: '/stats', ...of(stats), good: [200] }, example: { status: 200 } },
  {
    ...{ method: 'get', path: '/stats/series', ...of(series), inputIs: 'query', good: [200], bad: [410] },
    example: { query: { buckets: '24' }, status: 200 },
  },
  {
    ...{ method: 'post', path: '/demo', ...of(startDemo), inputIs: 'body', good: [202], bad: [412, ...BODIES] },
    example: { space: 'playground', body: {}, status: 202 },
  },
  { ...{ method: 'get', path: '/demo', ...of(demo), good: [200] }, example: { status: 200 } },
];

const about = z.looseObject({ name: z.string(), version: z.string() }).meta({ id: 'About' });

const health = z.looseObject({ status: z.literal('ok') }).meta({ id: 'Health' });

const ROOT: readonly Endpoint[] = [
  {
    ...{ method: 'get', path: '//healthz', name: 'healthz', summary: 'Whether the server runs.', open: true },
    ...{ output: health, good: [200], example: { status: 200 } },
  },
  {
    ...{ method: 'get', path: '//readyz', name: 'readyz', summary: 'Whether its store answers.', open: true },
    ...{ output: health, good: [200], bad: [503], example: { status: 200 } },
  },
  {
    ...{ method: 'get', path: '//metrics', name: 'metrics', summary: 'Metrics in the text form of Prometheus.' },
    ...{ output: 'bytes', good: [200], example: { status: 200 } },
  },
  {
    ...{ method: 'get', path: '//openapi.json', name: 'openapi', summary: 'This document.', open: true },
    ...{ output: z.looseObject({ openapi: z.string() }).meta({ id: 'OpenApi' }), good: [200] },
    example: { status: 200 },
  },
  {
    ...{ method: 'get', path: '//errors', name: 'errors', summary: 'What each code means and what to do.', open: true },
    ...{ output: 'bytes', good: [200] },
    example: { status: 200 },
  },
  {
    ...{ method: 'get', path: '//.well-known/entente', name: 'about', summary: 'What this server is.', open: true },
    ...{ output: about, good: [200] },
    example: { status: 200 },
  },
];

export const ENDPOINTS: readonly Endpoint[] = [
  ...[...RESOURCES, ...CHANGES, ...QUEUE, ...RECORDED, ...RULES],
  ...[...ACCOUNT, ...ROOT, ...PAGE],
];
