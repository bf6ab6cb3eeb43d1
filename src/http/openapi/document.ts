// OpenAPI 3.1, put together from the schemas that the operations themselves check by: it cannot say what is not so.
import * as z from 'zod';
import { problemResult } from '../problem-schema.ts';
import { OUTCOME_STATUS } from '../problems.ts';
import { type Endpoint, HEADERS } from './endpoint.ts';
import { ENDPOINTS } from './endpoints.ts';

interface Json {
  readonly [field: string]: unknown;
}

type Schemas = { [name: string]: unknown };

/** A schema of ours as JSON Schema; what has a name of its own goes among the components. */
function schemaOf(schema: z.ZodType, components: Schemas): Json {
  const made = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', cycles: 'ref' }) as Json;
  const { $schema: _dialect, $defs, ...rest } = made;
  for (const [name, definition] of Object.entries(($defs ?? {}) as Json)) components[name] = moved(definition);
  const { id, ...plain } = rest as { readonly id?: unknown };
  if (typeof id !== 'string') return moved(plain) as Json;
  components[id] = moved(plain);
  return { $ref: `#/components/schemas/${id}` };
}

/** References within one schema become references within the document. */
function moved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(moved);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key, field]) => !(key === 'id' && typeof field === 'string'));
  return Object.fromEntries(
    entries.map(([key, field]) =>
      key === '$ref' ? [key, String(field).replace('#/$defs/', '#/components/schemas/')] : [key, moved(field)],
    ),
  );
}

interface Fields {
  readonly properties: Json;
  readonly required: readonly string[];
}

/** The fields of an endpoint's input. A schema with a name of its own comes as a reference to where it stands. */
function propertiesOf(endpoint: Endpoint, components: Schemas): Fields {
  if (endpoint.input === undefined) return { properties: {}, required: [] };
  const made = z.toJSONSchema(endpoint.input, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as Json;
  const { [String(made['$ref']).replace('#/$defs/', '')]: named = made, ...defs } = (made['$defs'] ?? {}) as Json;
  for (const [name, definition] of Object.entries(defs)) components[name] = moved(definition);
  const { properties = {}, required = [] } = named as { properties?: Json; required?: readonly string[] };
  const isKept = (name: string): boolean => endpoint.without?.includes(name) !== true;
  const kept = Object.entries(properties).filter(([name]) => isKept(name));
  return { properties: moved(Object.fromEntries(kept)) as Json, required: required.filter(isKept) };
}

function parametersOf(endpoint: Endpoint, components: Schemas): Json[] {
  const { example } = endpoint;
  const inPath = [...endpoint.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    ...{ name, in: 'path', required: true, schema: { type: 'string' }, example: example.path?.[name] },
  }));
  const { properties, required } = propertiesOf(endpoint, components);
  const ofInput = endpoint.inputIs === 'query' ? Object.entries(properties) : [];
  const inQuery = ofInput.map(([name, schema]) => ({
    ...{ name, in: 'query', required: required.includes(name), schema },
    ...(example.query?.[name] === undefined ? {} : { example: example.query[name] }),
  }));
  const flags = Object.entries(endpoint.query ?? {}).map(([name, description]) => ({
    ...{ name, in: 'query', required: false, description, schema: { type: 'string' } },
  }));
  const headers = (endpoint.headers ?? []).map((name) => ({
    ...{ name, in: 'header', required: false, description: HEADERS[name], schema: { type: 'string' } },
    ...(example.headers?.[name] === undefined ? {} : { example: example.headers[name] }),
  }));
  const space = endpoint.path.startsWith('//') ? [] : [{ $ref: '#/components/parameters/space' }];
  return [...space, ...inPath, ...inQuery, ...flags, ...headers];
}

function bodyOf(endpoint: Endpoint, components: Schemas): Json | undefined {
  const { example } = endpoint;
  if (endpoint.takesBytes === true) {
    return {
      required: true,
      content: { '*/*': { schema: { type: 'string', format: 'binary' }, example: example.body } },
    };
  }
  if (endpoint.inputIs !== 'body') return undefined;
  const { properties, required } = propertiesOf(endpoint, components);
  const schema = { type: 'object', properties, required, additionalProperties: false };
  return { required: true, content: { 'application/json': { schema, example: example.body } } };
}

const PROBLEM = { $ref: '#/components/responses/Problem' };
const LIMITED = { $ref: '#/components/responses/RateLimited' };

/** Told with every answer to a key. */
const QUOTA = {
  'RateLimit-Policy': { $ref: '#/components/headers/RateLimit-Policy' },
  RateLimit: { $ref: '#/components/headers/RateLimit' },
};
const HEADERS_TOLD = {
  'RateLimit-Policy': {
    description: 'How many requests the key may send (q) in so many seconds (w), as a structured field.',
    ...{ schema: { type: 'string' }, example: '"default";q=60000;w=60' },
  },
  RateLimit: {
    description: 'How many it may send now (r), and in how many seconds it may send all of them again (t). Advice.',
    ...{ schema: { type: 'string' }, example: '"default";r=59999;t=1' },
  },
  'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer' }, example: 1 },
};

/** What is also told as server-sent events, one JSON object each. */
function streamOf({ stream }: Endpoint): Json {
  return stream === undefined ? {} : { 'text/event-stream': { schema: { type: 'string', description: stream } } };
}

function contentOf(endpoint: Endpoint, components: Schemas): Json {
  const { output, html } = endpoint;
  if (output === undefined) return {};
  const text = { schema: { type: 'string' } };
  if (output === 'bytes') return { content: { 'text/plain': text, ...(html === true ? { 'text/html': text } : {}) } };
  return { content: { ...streamOf(endpoint), 'application/json': { schema: schemaOf(output, components) } } };
}

function responsesOf(endpoint: Endpoint, components: Schemas): Json {
  const content = contentOf(endpoint, components);
  const good = endpoint.good.map((status) => [
    status,
    {
      description: status === 304 ? 'Not modified' : endpoint.summary,
      ...(endpoint.open === true ? {} : { headers: QUOTA }),
      ...(status === 304 || status === 204 ? {} : content),
    },
  ]);
  const common = endpoint.open === true ? [403] : [400, 401, 403, 404, 429, 503];
  const bad = [...new Set([...common, ...(endpoint.bad ?? [])])]
    .sort()
    .map((status) => [status, status === 429 ? LIMITED : PROBLEM]);
  return Object.fromEntries([...good, ...bad]);
}

function operationOf(endpoint: Endpoint, components: Schemas): Json {
  const body = bodyOf(endpoint, components);
  return {
    ...{ operationId: endpoint.name, summary: endpoint.summary, parameters: parametersOf(endpoint, components) },
    ...(body === undefined ? {} : { requestBody: body }),
    responses: responsesOf(endpoint, components),
    ...(endpoint.open === true ? { security: [] } : {}),
  };
}

export function pathOf(endpoint: Endpoint): string {
  return endpoint.path.startsWith('//') ? endpoint.path.slice(1) : `/v1/spaces/{space}${endpoint.path}`;
}

/** The document, as `/openapi.json` serves it. */
export function openapiDocument(version: string): Json {
  const schemas: Schemas = {};
  const problem = schemaOf(problemResult, schemas);
  const paths: { [path: string]: { [method: string]: Json } } = {};
  for (const endpoint of ENDPOINTS) {
    const path = pathOf(endpoint);
    paths[path] = { ...paths[path], [endpoint.method]: operationOf(endpoint, schemas) };
  }
  return {
    openapi: '3.1.0',
    info: {
      ...{ title: 'entente', version },
      description: `Read, work, commit, outcome. Statuses of outcomes: ${JSON.stringify(OUTCOME_STATUS)}.`,
    },
    security: [{ key: [] }],
    paths,
    components: {
      schemas,
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'A key: ent_…' } },
      parameters: {
        space: { name: 'space', in: 'path', required: true, schema: { type: 'string' }, example: 'default' },
      },
      headers: HEADERS_TOLD,
      responses: {
        Problem: { description: 'A problem (RFC 9457)', content: { 'application/problem+json': { schema: problem } } },
        RateLimited: {
          description: 'The key has sent what it may, or has as many feeds open as it may',
          headers: { ...QUOTA, 'Retry-After': { $ref: '#/components/headers/Retry-After' } },
          content: { 'application/problem+json': { schema: problem } },
        },
      },
    },
  };
}
