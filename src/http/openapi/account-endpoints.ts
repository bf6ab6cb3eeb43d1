// The endpoints of no space: who one is to the server, and the page of the dashboard.
import { endKey } from '../../service/operations/end-key.ts';
import { keys } from '../../service/operations/keys.ts';
import { login } from '../../service/operations/login.ts';
import { makeLoginCode } from '../../service/operations/login-code.ts';
import { makeKey } from '../../service/operations/make-key.ts';
import { rotate } from '../../service/operations/rotate.ts';
import { whoami } from '../../service/operations/whoami.ts';
import { BODIES, type Endpoint, of } from './endpoint.ts';

export const ACCOUNT: readonly Endpoint[] = [
  {
    ...{ method: 'post', path: '//v1/login', ...of(login), inputIs: 'body', open: true },
    ...{ good: [200], bad: [400, 401, ...BODIES] },
    example: { body: { code: '{loginCode}' }, status: 200 },
  },
  {
    ...{ method: 'post', path: '//v1/login-codes', ...of(makeLoginCode), inputIs: 'body', good: [201], bad: BODIES },
    example: { body: {}, status: 201 },
  },
  { ...{ method: 'get', path: '//v1/whoami', ...of(whoami), good: [200] }, example: { status: 200 } },
  {
    ...{ method: 'get', path: '//v1/keys', ...of(keys), inputIs: 'query', good: [200] },
    example: { query: {}, status: 200 },
  },
  {
    ...{ method: 'post', path: '//v1/keys', ...of(makeKey), inputIs: 'body', good: [201], bad: BODIES },
    example: { body: { name: 'writer-1', grants: ['read:notes/**', 'commit:notes/**'] }, status: 201 },
  },
  {
    ...{ method: 'delete', path: '//v1/keys/{keyId}', name: endKey.name, summary: endKey.summary, good: [204] },
    example: { path: { keyId: '{keyId}' }, status: 204 },
  },
  {
    ...{ method: 'post', path: '//v1/signing-keys', ...of(rotate), inputIs: 'body', good: [201], bad: BODIES },
    example: { body: {}, status: 201 },
  },
];

export const PAGE: readonly Endpoint[] = [
  {
    ...{ method: 'get', path: '//', name: 'dashboard', summary: 'The dashboard, where it is built.', open: true },
    ...{ output: 'bytes', good: [200, 304], bad: [404], example: { status: 200 } },
  },
  {
    ...{ method: 'get', path: '//assets/{asset}', name: 'dashboard-asset', open: true },
    ...{ summary: 'A file of the dashboard: its name changes with its bytes.', output: 'bytes' },
    ...{ good: [200], bad: [404], example: { path: { asset: '{asset}' }, status: 200 } },
  },
];
