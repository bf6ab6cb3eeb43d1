// Tokens as a model gets them: the same as everywhere, packed. A model has to copy each character of a token, and an
// answer carries it more than once, so that half the length counts. Signed as the others are, and good here alone.
import type { Repairs, Token } from '../core/token.ts';
import type { Call } from '../service/operation.ts';
import { badToken } from '../service/signing.ts';
import { openSealed, openToken } from '../service/tokens.ts';

interface Payload extends Token {
  readonly sub: string;
  /** Milliseconds since 1970. */
  readonly exp: number;
  /** What its holder may not know; it stays as the service hid it. */
  readonly hidden?: string;
}

const HASH = /^[0-9a-f]{64}$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** What stands before bytes that were packed: no hash and no epoch that is told as text begins so. */
const PACKED = '=';

/** Hashes and UUIDs by their bytes, all else as it is. */
function shorten(text: string): string {
  if (!HASH.test(text) && !UUID.test(text)) return text;
  return PACKED + Buffer.from(text.replaceAll('-', ''), 'hex').toString('base64url');
}

function lengthen(value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith(PACKED)) return value;
  const hex = Buffer.from(value.slice(PACKED.length), 'base64url').toString('hex');
  return hex.length === 64 ? hex : hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function packRepairs({ revision, hash, proposedHash }: Repairs): readonly unknown[] {
  return [revision, shorten(hash), shorten(proposedHash)];
}

function pack(payload: Payload): readonly unknown[] {
  const { id, epoch, space, resource, agent, sub, version, revision, asOf, born, hash, attempt, at, exp } = payload;
  const names = [id, shorten(epoch), space, resource, agent, sub];
  const numbers = [version, revision, asOf, born, attempt, at, exp - at];
  const repairs = payload.repairs === undefined ? [] : packRepairs(payload.repairs);
  return [...names, ...numbers, shorten(hash), ...(payload.hidden === undefined ? repairs : [payload.hidden])];
}

function unpack(fields: readonly unknown[]): object {
  const [id, epoch, space, resource, agent, sub, version, revision, asOf, born, attempt, at, life, hash, ...more] =
    fields.map(lengthen);
  const [repaired, base, proposedHash] = more;
  return {
    ...{ id, epoch, space, resource, agent, sub, version, revision, asOf, born, attempt, at, hash },
    exp: Number(at) + Number(life),
    ...(more.length === 1 ? { hidden: repaired } : {}),
    ...(more.length === 3 ? { repairs: { revision: repaired, hash: base, proposedHash } } : {}),
  };
}

/** A token of an operation as it is told to a model. */
export async function packToken({ service }: Call, sealed: string): Promise<string> {
  const payload = (await service.signer.open('p1', sealed)) as Payload;
  return service.signer.sign('p1', pack(payload));
}

/** The token of a model as the operations take it; `bad-token` for what was not given here. */
export async function unpackToken(call: Call, text: string): Promise<string> {
  const payload = await openSealed(call, text, (fields) => {
    if (!Array.isArray(fields)) throw badToken();
    return unpack(fields);
  });
  return call.service.signer.sign('p1', payload);
}

/** What a token of a model says; throws as `openToken` does. */
export async function tokenOf(call: Call, text: string): Promise<Token> {
  return openToken(call, await unpackToken(call, text));
}
