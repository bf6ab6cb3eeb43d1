// L11: a server asked with everything that is malformed: paths, queries, headers, bodies, cursors, and tokens that were
// tampered with. It answers each with a status of its own making, and nothing is written that was not asked for rightly.
import { hashOf } from '../../../src/core/hash.ts';
import { DEFAULT_SPACE } from '../../../src/core/resource.ts';
import { createHttpApp } from '../../../src/http/app.ts';
import { pathOf } from '../../../src/http/openapi/document.ts';
import { ENDPOINTS } from '../../../src/http/openapi/endpoints.ts';
import { ALL_GRANTS } from '../../../src/service/principal.ts';
import { createService } from '../../../src/service/service.ts';
import { createMemoryStore } from '../../../src/stores/memory.ts';
import { checkAnswers } from '../../support/check-answers.ts';
import type { Random } from '../../support/random.ts';
import { demand, type Layer } from '../frame.ts';

const HOSTILE = [
  ...['', ' ', '.', '..', '../../etc/passwd', '%2e%2e%2f', '/', '//', '\\', 'C:/x', '~entente', 'a/./b', 'a//b'],
  ...[
    '\0',
    'a\nb',
    '\u202e',
    '\ud800',
    '💥',
    'é',
    'e\u0301',
    'x'.repeat(300),
    'y'.repeat(5000),
    "' or 1=1 --",
    '%',
    '%zz',
  ],
  ...[
    '0',
    '-1',
    '1e999',
    'NaN',
    'null',
    'true',
    '9007199254740993',
    '__proto__',
    'constructor',
    '[]',
    '{}',
    '"',
    '*',
    '**',
  ],
  ...[
    'W/"1"',
    '"a.r1.b"',
    '*, *',
    'bytes=0-',
    'epoch:1',
    ':1',
    'a:b:c',
    'e'.repeat(64),
    'r1',
    'open',
    'current',
    'text',
  ],
] as const;
const HEADERS = [
  'if-match',
  'if-none-match',
  'idempotency-key',
  'content-type',
  'accept',
  'range',
  'prefer',
  'entente-agent',
];
const TYPES = ['application/json', 'text/plain', 'application/octet-stream', 'application/json; charset=utf-16', 'x'];
/** A stream does not end by itself, and is not asked for here. */
/** What a tampered token would write. */
const TAMPERED = hashOf('tampered');

const ASKED = ENDPOINTS.filter(({ path }) => path !== '/events');

function value(random: Random, depth: number): unknown {
  const turn = random.below(depth > 3 ? 4 : 7);
  if (turn < 2) return random.pick(HOSTILE);
  if (turn === 2) return random.pick([0, -1, 1.5, 2 ** 53, true, false, null]);
  if (turn === 3) return 'plan.md';
  if (turn === 4) return Array.from({ length: random.below(4) }, () => value(random, depth + 1));
  const names = [
    'id',
    'token',
    'content',
    'edits',
    'old',
    'new',
    'delete',
    'use',
    'writes',
    'reads',
    '__proto__',
    'note',
  ];
  return Object.fromEntries(
    Array.from({ length: random.below(5) }, () => [random.pick(names), value(random, depth + 1)]),
  );
}

/** A header takes Latin-1 without control characters; the rest never reaches a server. */
const printable = (text: string): string => text.replaceAll(/[^\u0020-\u007e]/g, '?').slice(0, 2000);

/** One character or more of a token that are not what they were. */
function tampered(random: Random, token: string): string {
  const place = random.below(token.length);
  switch (random.below(4)) {
    case 0:
      return token.slice(0, place);
    case 1:
      return token.slice(0, place) + random.pick(['A', 'z', '0', '-', '_', '.', '=']) + token.slice(place + 1);
    case 2:
      return token + random.pick(HOSTILE);
    default:
      return token.slice(place) + token.slice(0, place);
  }
}

export const hostile: Layer = {
  id: 'L11',
  title: 'malformed requests and tampered tokens against the HTTP server',
  async run({ size, random, tally, note }) {
    const store = createMemoryStore();
    const service = createService({ store, clock: () => 1_700_000_000_000, limits: { requestsPerMinute: 1e9 } });
    const app = createHttpApp({ service });
    const undeclared: string[] = [];
    checkAnswers(app, undeclared);
    const { text: key } = await service.keys.create({ name: 'owner', grants: ALL_GRANTS });
    const authorization = `Bearer ${key}`;
    const below = '/v1/spaces/default';
    const json = { authorization, 'content-type': 'application/json' };
    const post = (path: string, body: unknown) =>
      app.inject({ method: 'POST', url: below + path, headers: json, payload: JSON.stringify(body) });
    const draft = (await post('/drafts', { id: 'plan.md' })).json() as { token: string };
    await post('/commits', { token: draft.token, content: 'first' });
    const statuses = new Map<number, number>();
    const wanted = size(600, 50_000, 2_000_000);
    let tokens = 0;
    for (let asked = 0; asked < wanted; asked += 1) {
      const endpoint = random.pick(ASKED);
      const filled = pathOf(endpoint).replaceAll(/\{(\w+)\}/g, (_, name) =>
        name === 'space' ? 'default' : encodeURIComponent(random.pick(HOSTILE).toWellFormed()),
      );
      const query = Array.from({ length: random.below(4) }, () => {
        const name = random.pick([
          'id',
          'version',
          'limit',
          'after',
          'cursor',
          'prefix',
          'state',
          'side',
          'pattern',
          'x[]',
        ]);
        return `${name}=${encodeURIComponent(random.pick(HOSTILE).toWellFormed())}`;
      });
      const more = Array.from({ length: random.below(3) }, () => [
        random.pick(HEADERS),
        printable(random.pick(HOSTILE)),
      ]);
      const isToken = random.chance(0.2);
      const body = isToken
        ? { token: tampered(random, draft.token), content: 'tampered' }
        : random.chance(0.1)
          ? random.pick(HOSTILE)
          : value(random, 0);
      const before = isToken ? (await store.read(DEFAULT_SPACE, [])).revision : 0;
      const answer = isToken
        ? await post('/commits', body)
        : await app.inject({
            method: endpoint.method.toUpperCase() as 'GET',
            url: `${filled}?${query.join('&')}`,
            headers: { authorization, 'content-type': random.pick(TYPES), ...Object.fromEntries(more) },
            ...(endpoint.method === 'get' ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
          });
      const { statusCode } = answer;
      statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
      tally.operations += 1;
      demand(statusCode < 500, `${endpoint.method} ${filled} answers ${statusCode}: ${answer.body.slice(0, 200)}`);
      if (isToken) {
        tokens += 1;
        // The agents of a demo that a request has started write meanwhile: what they write says something else.
        const page = await store.log(DEFAULT_SPACE, before, 1000);
        const entries = page.status === 'ok' ? page.entries : [];
        const wrote = entries.some(({ heads }) => heads.some(({ hash }) => hash === TAMPERED));
        demand(!wrote, `a tampered token wrote: ${JSON.stringify(body)} answered ${statusCode}`);
      }
    }
    // A body of a type that no endpoint takes is refused before any endpoint is asked.
    const odd = undeclared.find((complaint) => !complaint.includes('has no status 415'));
    demand(odd === undefined, `not as declared: ${odd}`);
    demand(!('polluted' in {}), 'a prototype was changed');
    const told = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`);
    note(`${tokens} tampered tokens; answers by status ${told.join(', ')}`);
    await app.close();
    await store.close();
  },
};
