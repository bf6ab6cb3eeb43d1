// The tables, and the steps from one schema version to the next. `@.` stands for the schema that holds them. Texts that
// PostgreSQL compares or orders are under the collation "C": by their bytes, on every machine alike.
import { chainFunction } from './chain-function.ts';
import { commitFunction } from './commit-function.ts';
import { plainFunction } from './plain-function.ts';
import { trimFunction } from './trim-function.ts';

/**
 * What takes a database from version n to n + 1, at index n. A step is never changed once it is released.
 *
 * - `space`: one row each, with the counters. Its row lock is what orders the commits of a space.
 * - `head`: the current version of each resource; what guards are compared with. `base` and `base_hash` only bring a guard
 *   to the row that it is compared with (plain-function.ts).
 * - `log`: what happened: a row for each resource that a commit wrote, with the version that came of it, or one for a
 *   commit that wrote none. The row at place 0 tells of the commit too: `key` is half of the digest of agent and commitId,
 *   `guards` is null where the only one was `base`, `meta` where it says nothing but that, and `holds` names contents that the entry keeps. A small content lies
 *   in `bytes`; `mark`, a part of its hash, is how it is found. A row goes when the log was trimmed to where its version was
 *   superseded: until then, a row below the trim point is a version of which it is not told any more who wrote it why.
 * - `record`: small guarded values; `holds` names the contents that an open conflict keeps.
 * - `content`: other bytes by hash, with the number of those who need them. A row without bytes is needed but not here (yet).
 *
 * The first version had `version` and `entry` in the place of `log`.
 */
export const migrations: readonly string[] = [
  `
create table @.space (
  sid integer generated always as identity primary key,
  name text collate "C" not null unique,
  revision bigint not null default 0,
  trimmed bigint not null default 0,
  resources bigint not null default 0,
  merged bigint not null default 0,
  escalated bigint not null default 0,
  open bigint not null default 0
) with (fillfactor = 50);

create table @.head (
  sid integer not null,
  id text collate "C" not null,
  version bigint not null,
  revision bigint not null,
  born bigint not null,
  hash text not null,
  size bigint,
  media text,
  agent text not null,
  at double precision not null,
  deleted boolean not null,
  primary key (sid, id)
) with (fillfactor = 80);

create table @.version (
  sid integer not null,
  revision bigint not null,
  place integer not null,
  id text collate "C" not null,
  version bigint not null,
  born bigint not null,
  hash text not null,
  size bigint,
  media text,
  agent text not null,
  at double precision not null,
  deleted boolean not null,
  primary key (sid, id, version)
);
create unique index on @.version (sid, revision, place);

create table @.entry (
  sid integer not null,
  revision bigint not null,
  key bytea not null,
  agent text not null,
  commit_id text not null,
  fingerprint text not null,
  at double precision not null,
  guards text not null,
  meta text not null,
  holds text[] not null,
  primary key (sid, revision)
);
create unique index on @.entry (sid, key);

create table @.record (
  sid integer not null,
  kind text collate "C" not null,
  id text collate "C" not null,
  state text collate "C",
  value text not null,
  revision bigint not null,
  created bigint not null,
  holds text[] not null,
  primary key (sid, kind, id)
);
create index on @.record (sid, kind, created, id);
create index on @.record (sid, kind, state, created, id);

create table @.content (
  hash text collate "C" primary key,
  needed bigint not null,
  bytes bytea
);
alter table @.content alter column bytes set storage external;
`,
  // The functions that these steps made are made anew by the next one.
  'select 1',
  'select 1',
  'select 1',
  `
do $step$
declare
  f regprocedure;
begin
  for f in select p.oid from pg_catalog.pg_proc p join pg_catalog.pg_class c on c.relnamespace = p.pronamespace
    where c.oid = '@.meta'::regclass and p.proname in ('commit_batch', 'commit_plain', 'judge', 'trim_step')
  loop
    execute format('drop function %s', f);
  end loop;
end $step$;
drop type if exists @.batch_request, @.batch_guard, @.batch_write, @.batch_need, @.plain_request;

create table @.log (
  sid integer not null,
  revision bigint not null,
  place integer not null,
  id text collate "C",
  version bigint,
  born bigint,
  hash text,
  size bigint,
  media text,
  deleted boolean,
  agent text not null,
  at double precision not null,
  mark bigint,
  bytes bytea,
  key uuid,
  commit_id text,
  fingerprint text,
  base bigint,
  base_hash text,
  guards text,
  meta text,
  holds text[]
);
alter table @.log alter column bytes set storage external;
insert into @.log (sid, revision, place, id, version, born, hash, size, media, deleted, agent, at,
  key, commit_id, fingerprint, guards, meta, holds)
select v.sid, v.revision, v.place, v.id, v.version, v.born, v.hash, v.size, v.media, v.deleted, v.agent, v.at,
  substr(encode(e.key, 'hex'), 1, 32)::uuid, e.commit_id, e.fingerprint, e.guards, e.meta,
  nullif(e.holds, '{}')
from @.version v left join @.entry e on e.sid = v.sid and e.revision = v.revision and v.place = 0;
insert into @.log (sid, revision, place, agent, at, key, commit_id, fingerprint, guards, meta, holds)
select e.sid, e.revision, 0, e.agent, e.at, substr(encode(e.key, 'hex'), 1, 32)::uuid,
  e.commit_id, e.fingerprint, e.guards, e.meta, nullif(e.holds, '{}')
from @.entry e where not exists (
  select from @.version v where v.sid = e.sid and v.revision = e.revision and v.place = 0
);
alter table @.log add primary key (sid, revision, place);
create unique index on @.log (id, sid, version);
create unique index on @.log (key, sid) where key is not null;
create index on @.log (mark) where mark is not null;
drop table @.version, @.entry;
alter table @.head add column base bigint, add column base_hash text;
${commitFunction}
${plainFunction}
${trimFunction}
`,
  chainFunction,
];
