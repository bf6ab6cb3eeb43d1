// The open store: the client, the schema's name, the epoch and the numbers of the spaces. What is wrong with a set-up is
// found here, before the first commit: a standby, a server that does not flush, a newer schema.
import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers';
import { EntenteError, isEntenteError } from '../../core/errors.ts';
import type { Space } from '../../core/resource.ts';
import { toText } from '../escaped-text.ts';
import type { Sessions } from './driver.ts';
import { faultOf, isOfSchema } from './errors.ts';
import { migrations } from './schema.ts';
import type { Row, Run, Session } from './session.ts';

type Parameters = readonly unknown[];

/** Questions over one connection before the next one is taken. */
const TOGETHER = 8;

export interface Reader {
  /** One statement that changes nothing; `@.` stands for the schema. Throws an EntenteError. */
  read(query: string, parameters?: Parameters): Promise<readonly Row[]>;
}

export interface Connection extends Reader {
  readonly place: string;
  /** For what was asked for `together`: what is read here goes with all others of the turn. */
  readonly now: Reader;
  together(work: () => void): void;
  /** Who has the least to do of those that commit. */
  writer(): Writer;
  epoch(): Promise<string>;
  /** The epoch that a commit was told of: another than the one known here. */
  forgetEpoch(now: string): void;
  /** The number of a space; it is made where there is none. */
  sidFor(space: Space): Promise<number>;
  faultOf(error: unknown): EntenteError;
  listen(onNotify: () => void): Promise<{ unlisten(): Promise<void> }>;
  notify(): Promise<void>;
  close(): Promise<void>;
}

/**
 * One connection for commits. The batches of a space that are under way together go over the same one, one behind the other:
 * over two, the second one would wait for the first one's lock, and PostgreSQL would have to wake it for each batch.
 */
export interface Writer {
  /** What is sent later is done later. */
  readonly isOrdered: boolean;
  /** One statement that changes something, as its own transaction. Throws what the client throws. */
  write(query: string, parameters: Parameters): Promise<readonly Row[]>;
}

export interface OpenOptions {
  readonly schema: string;
  readonly place: string;
  readonly onWarning: (message: string) => void;
}

export async function openConnection(sessions: Sessions, options: OpenOptions): Promise<Connection> {
  const { readers, writers } = sessions;
  const { place, schema } = options;
  const quoted = `"${schema}".`;
  /** The statements of this store are constants, each of which is put into its schema once. */
  const texts = new Map<string, string>();
  const sids = new Map<Space, number>();
  let epoch: string | undefined;

  function inSchema(query: string): string {
    const known = texts.get(query);
    if (known !== undefined) return known;
    const text = query.replaceAll('@.', quoted);
    texts.set(query, text);
    return text;
  }

  /** What is not there any more as a statement names it was changed by a newer entente: then that is what is told. */
  async function runOn(session: Session, query: string, parameters: Parameters = []): Promise<readonly Row[]> {
    const send: Run = (text, values) => session.run(inSchema(text), values);
    try {
      return await send(query, parameters);
    } catch (error) {
      const instead = isOfSchema(error) ? await schemaVersion(options, send).catch((fault: unknown) => fault) : error;
      throw isEntenteError(instead) ? instead : error;
    }
  }

  /** While the questions of a turn of the event loop are sent: over which connection, and how many so far. */
  let turn: { readonly session: Session; asked: number } | undefined;

  function reader(): Session {
    if (turn === undefined) return leastBusy(readers);
    if (turn.asked === TOGETHER) turn = { session: leastBusy(readers), asked: 0 };
    turn.asked += 1;
    return turn.session;
  }

  const run: Run = (query, parameters) => runOn(reader(), query, parameters);

  let waiting: (() => void)[] = [];

  /** Small questions that come together are sent as one piece: to send costs more than anything else about them. */
  function together(work: () => void): void {
    waiting.push(work);
    if (waiting.length > 1) return;
    setImmediate(() => {
      const all = waiting;
      waiting = [];
      turn = { session: leastBusy(readers), asked: 0 };
      for (const each of all) each();
      turn = undefined;
    });
  }

  async function readNow(query: string, parameters?: Parameters): Promise<readonly Row[]> {
    try {
      return await run(query, parameters);
    } catch (error) {
      throw faultOf(error, place);
    }
  }

  function read(query: string, parameters?: Parameters): Promise<readonly Row[]> {
    return new Promise((resolve, reject) => {
      together(() => {
        readNow(query, parameters).then(resolve, reject);
      });
    });
  }

  try {
    await prepare(leastBusy(readers), options, run);
  } catch (error) {
    throw faultOf(error, place);
  }

  return {
    place,
    read,
    now: { read: readNow },
    together,
    writer() {
      const session = leastBusy(writers);
      return {
        isOrdered: session.isOrdered,
        write: (query, parameters) => runOn(session, query, parameters),
      };
    },
    async epoch() {
      epoch ??= (await read(`select value from @.meta where name = 'epoch'`))[0]?.['value'] as string;
      return epoch;
    },
    forgetEpoch(now) {
      epoch = now;
    },
    async sidFor(space) {
      const known = sids.get(space);
      if (known !== undefined) return known;
      const name = toText(space);
      await run('insert into @.space (name) values ($1) on conflict (name) do nothing', [name]);
      const sid = Number((await run('select sid from @.space where name = $1', [name]))[0]?.['sid']);
      sids.set(space, sid);
      return sid;
    },
    faultOf: (error) => faultOf(error, place),
    listen: (onNotify) => sessions.listen(`entente ${schema}`, onNotify),
    async notify() {
      await run('select pg_notify($1, $2)', [`entente ${schema}`, '']);
    },
    close: () => sessions.end(5),
  };
}

/** The first of those that have least to do: so no more connections are opened than are needed. */
function leastBusy(sessions: readonly Session[]): Session {
  return sessions.reduce((least, session) => (session.busy < least.busy ? session : least));
}

async function prepare(session: Session, options: OpenOptions, run: Run): Promise<void> {
  await assertDurable(options, run);
  if ((await schemaVersion(options, run)) < migrations.length) await migrate(session, options);
}

async function assertDurable({ place, onWarning }: OpenOptions, run: Run): Promise<void> {
  const [row] = await run(`select current_setting('synchronous_commit') as synchronous_commit,
    current_setting('fsync') as fsync, current_setting('full_page_writes') as full_page_writes,
    current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding,
    pg_is_in_recovery() as standby`);
  const setting = row ?? {};
  if (setting['standby'] === true) {
    throw new EntenteError('read-only', `${place} is a standby: what it answers may be old.`, {
      next: 'Name the primary in the URL of the store.',
    });
  }
  if (setting['synchronous_commit'] === 'off') {
    throw new EntenteError(
      'store-unavailable',
      `${place} has synchronous_commit off: commits would be told too early.`,
      {
        next: 'Take the setting away from the role or the database: alter role … reset synchronous_commit.',
      },
    );
  }
  if (setting['encoding'] !== 'UTF8') {
    throw new EntenteError('store-unavailable', `${place} is a database in ${setting['encoding']}, not UTF8.`, {
      next: "create database entente encoding 'UTF8' template template0",
    });
  }
  if (Number(setting['version']) < 140_000)
    onWarning(`${place} is older than PostgreSQL 14, the oldest that is tested.`);
  for (const name of ['fsync', 'full_page_writes']) {
    if (setting[name] === 'off')
      onWarning(`${place} runs with ${name} = off: a power cut may lose acknowledged commits.`);
  }
}

/** 0 where nothing is there yet. */
async function schemaVersion({ schema, place }: OpenOptions, run: Run): Promise<number> {
  const [there] = await run('select to_regclass($1) is not null as there', [`"${schema}".meta`]);
  if (there?.['there'] !== true) return 0;
  const version = Number((await run(`select value from @.meta where name = 'schema'`))[0]?.['value']);
  if (version > migrations.length) {
    throw new EntenteError('store-newer', `${place} was written by a newer entente (schema ${version}).`, {
      next: 'Install a newer entente: npm install entente@latest.',
    });
  }
  return version;
}

async function migrate(session: Session, options: OpenOptions): Promise<void> {
  const quoted = `"${options.schema}".`;
  await session.begin(async (send) => {
    const run: Run = (query, parameters) => send(query.replaceAll('@.', quoted), parameters);
    // Processes that start together make the tables once.
    await run('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`entente ${options.schema}`]);
    await run(`create schema if not exists "${options.schema}"`);
    await run('create table if not exists @.meta (name text primary key, value text not null)');
    const from = (await run(`select value from @.meta where name = 'schema'`))[0]?.['value'];
    for (let version = Number(from ?? 0); version < migrations.length; version += 1) {
      await run(migrations[version] as string);
    }
    const values = [String(migrations.length), randomUUID()];
    await run(
      `insert into @.meta (name, value) values ('schema', $1), ('epoch', $2)
       on conflict (name) do update set value = case when meta.name = 'schema' then excluded.value else meta.value end`,
      values,
    );
  });
}
