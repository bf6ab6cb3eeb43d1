// A child of page.test.ts, run with --experimental-vm-modules: a realm with what a page of the server's own origin has and
// nothing of Node, in which the client is loaded as modules and used. Prints what it found as JSON.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createContext, runInContext, SourceTextModule } from 'node:vm';
import ts from 'typescript';

// Not as arguments: those are seen by everybody on the machine.
const { PAGE_URL: url, PAGE_KEY: key } = process.env;
// Bytes are of the realm that encodes them, as in a page, where there is but one.
const OF_THE_WEB = [
  ...[
    'AbortController',
    'AbortSignal',
    'DOMException',
    'Headers',
    'ReadableStream',
    'Request',
    'Response',
    'TextDecoder',
  ],
  ...[
    'TextEncoder',
    'URL',
    'URLSearchParams',
    'atob',
    'btoa',
    'clearTimeout',
    'crypto',
    'queueMicrotask',
    'setTimeout',
  ],
  'structuredClone',
  'Uint8Array',
  'ArrayBuffer',
];
const realm = createContext(Object.fromEntries(OF_THE_WEB.map((name) => [name, globalThis[name]])));
runInContext('globalThis.self = globalThis.window = globalThis;', realm);
// A browser refuses a `fetch` that is called as a method of something else, and says where a request comes from.
realm.fetch = function pageFetch(input, init = {}) {
  if (this !== undefined && this !== runInContext('globalThis', realm)) throw new TypeError('Illegal invocation');
  return fetch(input, { ...init, headers: { ...init.headers, origin: url, 'sec-fetch-site': 'same-origin' } });
};

const loaded = new Map();
const { ESNext } = ts.ModuleKind;

function moduleOf(identifier, source) {
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ESNext, target: ts.ScriptTarget.ES2023, verbatimModuleSyntax: true },
  });
  return new SourceTextModule(outputText, { context: realm, identifier });
}

function link(specifier, { identifier }) {
  if (!specifier.startsWith('.')) throw new Error(`A page has no module ${specifier}, which ${identifier} imports.`);
  const { href } = new URL(specifier, identifier);
  if (!loaded.has(href))
    loaded.set(
      href,
      readFile(fileURLToPath(href), 'utf8').then((text) => moduleOf(href, text)),
    );
  return loaded.get(href);
}

const page = moduleOf(
  import.meta.url,
  `
import { createClient } from '../../src/client/index.ts';

const found = { node: ['process', 'Buffer', 'require', 'global', 'setImmediate'].filter((name) => name in globalThis) };
const text = (bytes) => new TextDecoder().decode(bytes);
const codeOf = (work) => work().then(() => 'nothing', (error) => error.code);
const client = createClient({ url: self.place.url, key: self.place.key });
const first = await client.begin('notes/a.md', { agent: 'page' });
const made = await client.commit(first.token, { content: new TextEncoder().encode('one\\n\\ntwo\\n') });
const [mine, theirs] = [await client.begin('notes/a.md', { agent: 'page' }), await client.begin('notes/a.md', { agent: 'other' })];
await client.commit(theirs.token, { content: 'one\\n\\nTWO\\n' });
const clash = await client.commit(mine.token, { content: 'ONE\\n\\ntwo\\n' });
const updated = await client.update('notes/a.md', { agent: 'page' }, ({ content }) => ({ content: text(content).replace('one', 'ONE') }));
const set = await client.transact({
  agent: 'page',
  writes: await Promise.all(['x', 'y'].map(async (id) => ({ token: (await client.begin(id, { agent: 'page' })).token, change: { content: id } }))),
});
// A set of which no answer comes has the id of its tokens, which the page works out itself.
const { token } = await client.begin('z', { agent: 'page' });
const silent = createClient({
  ...self.place, limits: { settleMs: 0, connectMs: 0 },
  fetch: async () => new Response('', { status: 502 }),
});
const doubt = await silent.transact({ agent: 'page', writes: [{ token, change: { content: 'z' } }] });
const told = [];
for await (const item of client.feed()) {
  if (item.type === 'commit') told.push(...item.changes.map(({ resource, version }) => resource + '@' + version));
  if (told.length >= 5) break;
}
Object.assign(found, {
  statuses: [made, clash, updated, set, doubt].map(({ status }) => status),
  commitId: doubt.commitId,
  text: text((await client.read('notes/a.md')).content),
  told,
  listed: (await client.list('')).items.map(({ resource }) => resource),
  codes: [await codeOf(() => client.list('', { limit: 0 })), await codeOf(() => createClient({ ...self.place, key: 'ent_wrong' }).stats())],
});
await client.close();
self.report(JSON.stringify(found));
`,
);
realm.place = { url, key };
realm.report = (json) => process.stdout.write(json);
await page.link(link);
await page.evaluate();
