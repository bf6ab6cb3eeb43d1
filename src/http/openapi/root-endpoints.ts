// The endpoints of the server itself: whether it runs, what it is, and what its problems mean.
import * as z from 'zod';
import type { Endpoint } from './endpoint.ts';

const about = z.looseObject({ name: z.string(), version: z.string() }).meta({ id: 'About' });

const health = z.looseObject({ status: z.literal('ok') }).meta({ id: 'Health' });

const ready = z
  .looseObject({
    status: z.literal('ok'),
    since: z.iso.datetime().meta({ description: 'When its store was found well.' }),
  })
  .meta({ id: 'Ready' });

export const ROOT: readonly Endpoint[] = [
  {
    ...{ method: 'get', path: '//healthz', name: 'healthz', summary: 'Whether the server runs.', open: true },
    ...{ output: health, good: [200], example: { status: 200 } },
  },
  {
    ...{ method: 'get', path: '//readyz', name: 'readyz', summary: 'Whether its store answers.', open: true },
    ...{ output: ready, good: [200], bad: [503], example: { status: 200 } },
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
    ...{ output: 'bytes', html: true, good: [200] },
    example: { status: 200 },
  },
  {
    ...{ method: 'get', path: '//errors/{code}', name: 'error', open: true, output: 'bytes', html: true, good: [200] },
    ...{ summary: 'What one code means and what to do: the type of its problems.', bad: [404] },
    example: { path: { code: 'conflict' }, status: 200 },
  },
  {
    ...{ method: 'get', path: '//.well-known/entente', name: 'about', summary: 'What this server is.', open: true },
    ...{ output: about, good: [200] },
    example: { status: 200 },
  },
];
