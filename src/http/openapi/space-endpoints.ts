// The endpoints of a whole space: its policy, its log as audit and as feed, its numbers, and the demo in it.
import { audit } from '../../service/operations/audit.ts';
import { auditHead } from '../../service/operations/audit-head.ts';
import { demo, startDemo } from '../../service/operations/demo.ts';
import { explain } from '../../service/operations/explain.ts';
import { policy } from '../../service/operations/policy.ts';
import { position } from '../../service/operations/position.ts';
import { rehearsePolicy } from '../../service/operations/rehearsal.ts';
import { series } from '../../service/operations/series.ts';
import { setPolicy } from '../../service/operations/set-policy.ts';
import { stats } from '../../service/operations/stats.ts';
import { startVerification, verification } from '../../service/operations/verify.ts';
import { eventsInput, eventsResult } from '../routes/events.ts';
import { BODIES, type Endpoint, of } from './endpoint.ts';

const ID = 'notes/plan.md';

export const SPACE: readonly Endpoint[] = [
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
