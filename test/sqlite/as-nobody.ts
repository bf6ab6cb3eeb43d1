// A child of file.test.ts: root may write everything, so read-only files are tried as nobody.
import { createClient, guardOf, writeOf } from '../../src/stores/conformance/client.ts';
import { createSqliteStore } from '../../src/stores/sqlite.ts';

const path = process.argv[2] ?? '';
// The driver is loaded before the rights are given up: nobody may not be able to read this folder.
const warm = createSqliteStore({ path: `${path}.warm`, onWarning: () => undefined });
await warm.epoch();
await warm.close();
process.setgid?.(65534);
process.setuid?.(65534);

const codeOf = (error: unknown): string => String((error as { readonly code?: unknown }).code);
const store = createSqliteStore({ path, onWarning: () => undefined });
const answer = { read: '', write: '' };
try {
  const client = await createClient(store);
  answer.read = `version ${(await client.head('a'))?.version}`;
  const reply = await client.commit({ guards: [guardOf('b')], writes: [writeOf('b', '1')] });
  answer.write = reply.status === 'unavailable' ? reply.error.code : reply.status;
} catch (error) {
  answer.read = codeOf(error);
}
process.stdout.write(`${JSON.stringify(answer)}\n`);
