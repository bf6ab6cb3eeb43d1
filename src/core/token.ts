// The token is the proof of what was read. It holds nothing open and locks nothing.
import { textFromBase64Url, textToBase64Url } from './base64.ts';
import { EntenteError } from './errors.ts';
import type { AgentId, ResourceId, Space } from './resource.ts';
import { parseAgentId, parseResourceId, parseSpace } from './resource.ts';

/** What a refused change was based on, so that a fresh token launders nothing (rule A1). */
export interface Repairs {
  /** Revision and hash of the base that the refused change was made on. */
  readonly revision: number;
  readonly hash: string;
  /** The hash of the refused content: sent again unchanged, it is judged from that base. */
  readonly proposedHash: string;
}

export interface Token {
  /** Unique for each begin and each fresh token; the default commitId. */
  readonly id: string;
  readonly space: Space;
  /** The store's epoch: a restored store refuses tokens from before. */
  readonly epoch: string;
  readonly resource: ResourceId;
  /** Version, revision and hash that were read: 0, 0 and `''` for what never was. */
  readonly version: number;
  readonly revision: number;
  readonly hash: string;
  /** The space's revision at the time of the read. */
  readonly asOf: number;
  /** The life of the resource that was read; 0 for what never was. */
  readonly born: number;
  readonly agent: AgentId;
  /** 0 from `begin`; one more on each token of a `retry` outcome. */
  readonly attempt: number;
  /** Milliseconds since 1970, for display and `isStale` only. */
  readonly at: number;
  readonly repairs?: Repairs;
  /** The signed form that a server gave this token in. Only that server can tell whether it is genuine. */
  readonly seal?: string;
}

/** True when the token is older than `maxAgeMs`. A hint for callers: no commit is decided by time. */
export function isStale(token: Token, maxAgeMs: number, now: number = Date.now()): boolean {
  return now - token.at > maxAgeMs;
}

const PREFIX = 'ent1.';
const SEALED = /^p1\.[A-Za-z0-9_-]{1,64}\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]{43}$/;
const MAX_TOKEN_CHARS = 8192;

/** The token as one opaque string, to cross process borders: for a server's token the string that the server gave. */
export function encodeToken(token: Token): string {
  if (token.seal !== undefined) return token.seal;
  return PREFIX + textToBase64Url(JSON.stringify(token));
}

function badToken(why: string): EntenteError {
  return new EntenteError('bad-token', `The token is not usable: ${why}.`, {
    next: 'Begin again to get a new token, then make the change on what it returns.',
  });
}

const count = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const text = (value: unknown, max: number): value is string => typeof value === 'string' && value.length <= max;

function parseRepairs(value: unknown): Repairs | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null) throw badToken('its repairs are malformed');
  const { revision, hash, proposedHash } = value as Record<string, unknown>;
  if (!count(revision) || !text(hash, 128) || !text(proposedHash, 128)) throw badToken('its repairs are malformed');
  return Object.freeze({ revision, hash, proposedHash });
}

/** A token from untrusted data: every field is checked, unknown fields are dropped. Throws `bad-token`. */
export function parseToken(value: unknown): Token {
  if (typeof value !== 'object' || value === null) throw badToken('it is not an object');
  const raw = value as Record<string, unknown>;
  const { id, epoch, version, revision, hash, asOf, born, attempt, at } = raw;
  if (!text(id, 128) || id === '') throw badToken('it has no id');
  if (!text(epoch, 128) || !text(hash, 128)) throw badToken('a field is malformed');
  if (!count(version) || !count(revision) || !count(asOf) || !count(born) || !count(attempt)) {
    throw badToken('a number is malformed');
  }
  if (typeof at !== 'number' || !Number.isFinite(at)) throw badToken('its time is malformed');
  const repairs = parseRepairs(raw['repairs']);
  const names = parseNames(raw);
  return Object.freeze({
    id,
    ...names,
    epoch,
    version,
    revision,
    hash,
    asOf,
    born,
    attempt,
    at,
    ...(repairs === undefined ? {} : { repairs }),
  });
}

/** Which draft a token stands for, from untrusted data. Throws `bad-token`. */
export function parseDraft(value: unknown): Pick<Token, 'id' | 'agent'> {
  const { id, agent } = (value ?? {}) as Record<string, unknown>;
  if (!text(id, 128) || id === '') throw badToken('it has no id');
  try {
    return { id, agent: parseAgentId(agent) };
  } catch (error) {
    throw new EntenteError('bad-token', 'The token is not usable: it names no valid agent.', {}, { cause: error });
  }
}

function parseNames(raw: Record<string, unknown>): Pick<Token, 'space' | 'resource' | 'agent'> {
  try {
    return {
      space: parseSpace(raw['space']),
      resource: parseResourceId(raw['resource']),
      agent: parseAgentId(raw['agent']),
    };
  } catch (error) {
    throw new EntenteError(
      'bad-token',
      'The token is not usable: it names no valid resource, space or agent.',
      {
        next: 'Begin again to get a new token.',
      },
      { cause: error },
    );
  }
}

/**
 * Reads what `encodeToken` made, and a server's signed token, whose signature only the server can check. Anything else is
 * `bad-token`, without saying more about what is wrong inside.
 */
export function decodeToken(encoded: string): Token {
  if (typeof encoded !== 'string' || encoded.length > MAX_TOKEN_CHARS) throw badToken('it is not one of ours');
  const sealed = SEALED.exec(encoded)?.[1];
  if (sealed !== undefined) return Object.freeze({ ...parseBody(sealed), seal: encoded });
  if (!encoded.startsWith(PREFIX)) throw badToken('it is not one of ours');
  const body = encoded.slice(PREFIX.length);
  if (!/^[A-Za-z0-9_-]+$/.test(body)) throw badToken('it is damaged');
  return parseBody(body);
}

function parseBody(body: string): Token {
  let value: unknown;
  try {
    value = JSON.parse(textFromBase64Url(body));
  } catch (error) {
    throw new EntenteError(
      'bad-token',
      'The token is not usable: it is damaged.',
      {
        next: 'Copy the whole token, or begin again to get a new one.',
      },
      { cause: error },
    );
  }
  return parseToken(value);
}
