// The tables, and the steps from one schema version to the next. `@.` stands for the schema that holds them. Texts that
// PostgreSQL compares or orders are under the collation "C": by their bytes, on every machine alike.
import { commitFunction } from './commit-function.ts';
import { trimFunction } from './trim-function.ts';

/**
 * What takes a database from version n to n + 1, at index n. A step is never changed once it is released.
 *
 * - `space`: one row each, with the counters. Its row lock is what orders the commits of a space.
 * - `head`: the current version of each resource; what guards are compared with.
 * - `version`: every version that is still to be had, the current one included.
 * - `entry`: the log. `key` is a digest of agent and commitId; `holds` names contents that the entry keeps.
 * - `record`: small guarded values; `holds` names the contents that an open conflict keeps.
 * - `content`: bytes by hash, with the number of those who need them. A row without bytes is needed but not here (yet).
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
${trimFunction}
`,
  // The functions that these steps made are made anew by the next one.
  'select 1',
  'select 1',
  `
do $step$
declare
  f regprocedure;
begin
  for f in select p.oid from pg_catalog.pg_proc p join pg_catalog.pg_class c on c.relnamespace = p.pronamespace
    where c.oid = '@.meta'::regclass and p.proname in ('commit_batch', 'judge')
  loop
    execute format('drop function %s', f);
  end loop;
end $step$;
drop type if exists @.batch_request, @.batch_guard, @.batch_write, @.batch_need;
${commitFunction}
`,
];
