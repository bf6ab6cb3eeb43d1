// One call for many commits: a function in the database takes a batch, locks the space, compares every guard and writes
// what holds. One round trip, one transaction, one flush to disk. The requests that are written must not touch one
// another (batch.ts sees to that), but for chains of writes of one resource, in which each names the version that the one
// before it writes: of those a first part holds. Requests marked `apart` are only looked at, after the others are applied.
//
// Requests come as arrays of rows, one for each kind of thing in them. As JSON, and as an array for each column, they were
// measured to cost the server more: it unpacks an array of rows in a tenth of the time of fourteen arrays side by side.
//
// Longer than most: it is one function, and what its steps share are its variables.
//
// The space's row is locked before anything is read: under READ COMMITTED each later statement sees all that was
// committed before, so what was compared stays true until the end of the transaction, and revisions have no holes.

/** SQLSTATE of "the space has used up its revisions", raised by the function below. */
export const OVERFLOW_STATE = 'EN001';

/** The fields of the rows and the place of each, as the statements below name them. */
const asRequests = `as q(apart, bound, key, agent, commit_id, print, at, guards, named, link, rest, meta, keeps, tally,
          guard, id, hash, size, media, deleted, mark, bytes, depth, root, n)`;
const asGuards = 'as g(n, id, revision, hash, version, link, depth, apart, i)';

const headColumns = 'o.id, o.version, o.revision, o.born, o.hash, o.size, o.media, o.agent, o.at, o.deleted';
const headAt = (columns: string, id: string): string =>
  `select ${columns} from @.head o where o.sid = p_sid and o.id = ${id} limit 1`;

/** Whether a request is committed, and its revision. */
const isIn = (n: string): string => `(v_whole or o_revisions[${n}] is not null)`;
const revisionAt = (n: string): string => `case when v_whole then s.revision + ${n} else o_revisions[${n}] end`;
/** The version and the life that a write makes. */
const versionBy = (w: string): string => `v_versions[${w}.guard] + coalesce(${w}.depth, 0) + 1`;
const bornBy = (w: string): string => `case when ${w}.guard is null then null
        when v_lives[${w}.guard] <> 0 then v_lives[${w}.guard] else ${revisionAt(`coalesce(${w}.root, ${w}.n)`)} end`;

/** Counts the contents that are kept apart, and stores those that are not there. `where`: of which requests. */
export const keepNeeds = (where: string): string => `insert into @.content as c (hash, needed, bytes)
      select x.hash, count(*), coalesce(p_contents[min(x.content)],
        (select e.bytes from @.log e where e.mark = min(x.mark) and e.hash = x.hash limit 1))
      from unnest(p_needs) x where ${where} group by x.hash order by x.hash
      on conflict (hash) do update set needed = c.needed + excluded.needed, bytes = coalesce(c.bytes, excluded.bytes);`;

/**
 * `n` is a request's place, counted from 1. A request carries its first write, guarded by the one at the place `guard`, or
 * none: then that is null; what it writes beside that is in `p_writes`. A small content comes along as `bytes`, under the
 * `mark` by which it is found; `p_needs` are the contents that are kept apart, `content` the place of their bytes in
 * `p_contents`. `named` is the place of the guard that names a version, whose revision the log tells between `guards`
 * and `rest`. In a chain `link` is the request right before, `depth` how many stand before, `root` the first. A `bound`
 * request was never done if its guards hold, or else its `key` is one that must not be there: the index refuses it.
 * `p_unbound`, `p_apart`, `p_linked`, `p_tallied` and `p_deletes` say whether there is such a request, link, outcome or
 * write at all.
 *
 * Answers the space's `revision` and `trimmed`; `revisions` of the requests that were committed, none where all were, one
 * after another; of each guard the version
 * and the life of its head before (0: none, or deleted); and `others`, those that were neither committed nor left for the
 * next time. Rows are looked up one by one, by subqueries: a join would be planned by what the tables held when they were
 * made, and read them whole. The first pass writes, the second one only looks, at those apart and at those whose chain
 * was broken before them.
 */
export const commitFunction: string = `
create type @.batch_request as (apart boolean, bound boolean, key uuid, agent text, commit_id text, print text,
  at double precision, guards text, named integer, link integer, rest text, meta text, keeps text, tally integer,
  guard integer, id text, hash text, size bigint, media text, deleted boolean, mark bigint, bytes bytea,
  depth integer, root integer);
create type @.batch_guard as (n integer, id text, revision bigint, hash text, version bigint, link integer, depth integer,
  apart boolean);
create type @.batch_write as (n integer, place integer, guard integer, id text, hash text, size bigint, media text,
  deleted boolean, mark bigint, bytes bytea, depth integer, root integer, agent text, at double precision);
create type @.batch_need as (n integer, hash text, content integer, mark bigint);
create function @.commit_batch(
  p_sid integer, p_epoch text, p_unbound boolean, p_apart boolean, p_linked boolean, p_tallied boolean, p_deletes boolean,
  p_requests @.batch_request[], p_guards @.batch_guard[], p_writes @.batch_write[], p_needs @.batch_need[],
  p_contents bytea[], p_records jsonb,
  out o_epoch text, out o_revision bigint, out o_trimmed bigint, out o_revisions bigint[], out o_versions bigint[],
  out o_lives bigint[], out o_others jsonb)
language plpgsql as $body$
declare
  s @.space%rowtype;
  v_whole boolean := false;
  v_versions bigint[];
  v_lives bigint[];
  v_seen bigint[];
  v_moved integer[];
  v_landed integer[];
  v_landed_at bigint[];
  v_stale jsonb := '{}';
  v_bad integer[];
  v_late integer[] := '{}';
  v_overtaken integer[] := '{}';
  v_heads jsonb;
  v_more jsonb;
  v_fresh bigint;
  v_alive bigint := 0;
  v_opened bigint := 0;
  v_merged bigint := 0;
  v_escalated bigint := 0;
  v_passed jsonb := '{}';
  l record;
begin
  select * into strict s from @.space where sid = p_sid for update;
  o_revision := s.revision;
  o_trimmed := s.trimmed;
  for v_pass in 0 .. 1 loop
    exit when v_pass = 1 and not p_apart and v_late = '{}';
    -- One statement for all of it: each has a price of its own, however little it looks at.
    select m.value, j.moved, j.versions, j.lives, j.seen into strict o_epoch, v_moved, v_versions, v_lives, v_seen
    from @.meta m cross join (
      select coalesce(array_agg(t.n) filter (where t.judged and not t.holds), '{}') as moved,
        array_agg(t.version order by t.i) as versions, array_agg(t.life order by t.i) as lives,
        array_agg(t.revision order by t.i) as seen
      from (
        select g.i, g.n, coalesce(h.version, 0) as version, case when h.deleted is false then h.born else 0 end as life,
          h.revision, case when v_pass = 0 then not g.apart else g.apart or g.n = any(v_late) end as judged,
          case when g.version is null then coalesce(h.revision = g.revision and h.hash = g.hash, g.revision = 0 and g.hash = '')
            when v_pass = 0 and g.link is not null then coalesce(h.version, 0) + g.depth = g.version
            else coalesce(h.version = g.version and h.hash = g.hash, false) end as holds
        from unnest(p_guards) with ordinality ${asGuards}
        left join lateral (${headAt('o.*', 'g.id')}) h on true
      ) t
    ) j
    where m.name = 'epoch';
    if p_epoch <> o_epoch then return; end if;

    -- Mostly nothing is to be looked up.
    v_landed := '{}';
    if p_unbound or v_moved <> '{}' then
      select coalesce(array_agg(t.n), '{}'), array_agg(t.revision) into v_landed, v_landed_at from (
        select q.n::integer as n, (
          select e.revision from @.log e where e.sid = p_sid and e.key = q.key
        ) as revision
        from unnest(p_requests) with ordinality ${asRequests}
        where case when v_pass = 0 then not q.apart else q.apart or q.n = any(v_late) end
          and (not q.bound or q.n = any(v_moved))
      ) t where t.revision is not null;
    end if;
    v_bad := v_moved || v_landed;
    if p_records is not null then
      select coalesce(jsonb_object_agg(t.n, t.ids), '{}'), v_bad || coalesce(array_agg(t.n), '{}') into v_stale, v_bad
      from (
        select x.n, jsonb_agg(x.id order by x.place) as ids
        from jsonb_to_recordset(p_records) as x(n int, place int, kind text, id text, expected bigint)
        where case when v_pass = 0 then not p_requests[x.n].apart else p_requests[x.n].apart or x.n = any(v_late) end
          and coalesce((select c.revision from @.record c
            where c.sid = p_sid and c.kind = x.kind and c.id = x.id), 0) <> x.expected
        group by x.n
      ) t;
    end if;
    if v_pass = 0 and p_linked then
      for l in select g.n, g.link from unnest(p_guards) g where g.link is not null order by g.n loop
        if l.n = any(v_bad) or l.link = any(v_bad) or l.link = any(v_late) then
          v_late := v_late || l.n;
        else
          v_overtaken := v_overtaken || l.link;
        end if;
      end loop;
      v_bad := array(select b from unnest(v_bad) b where b <> all(v_late));
    end if;

    if cardinality(v_bad) > 0 then
      select coalesce(jsonb_object_agg(t.n, t.heads), '{}') into v_heads from (
        select x.n, jsonb_agg(x.head) as heads from (
          select g.n, (select to_jsonb(h) from (${headAt(headColumns, 'g.id')}) h) as head
          from unnest(p_guards) g where g.n = any(v_bad)
        ) x where x.head is not null group by x.n
      ) t;
      select jsonb_agg(jsonb_build_object('n', b.n, 'landed', v_landed_at[array_position(v_landed, b.n)],
        'stale', coalesce(v_stale->b.n::text, '[]'), 'heads', coalesce(v_heads->b.n::text, '[]')))
      into v_more from (select distinct unnest(v_bad) as n) b;
      o_others := coalesce(o_others, '[]') || v_more;
    end if;
    exit when v_pass = 1;

    o_versions := v_versions;
    o_lives := v_lives;
    v_whole := v_bad = '{}' and v_late = '{}' and not p_apart;
    if v_whole then
      v_fresh := cardinality(p_requests);
    else
      select array_agg(t.revision order by t.n), count(t.revision) into o_revisions, v_fresh from (
        select r.n, case when r.good then s.revision + count(*) filter (where r.good) over (order by r.n) end as revision
        from (
          select q.n, not q.apart and q.n <> all(v_bad) and q.n <> all(v_late) as good
          from unnest(p_requests) with ordinality ${asRequests}
        ) r
      ) t;
    end if;
    continue when v_fresh = 0;
    if s.revision + v_fresh > 9007199254740991 then
      raise exception 'the space has used up its revisions' using errcode = '${OVERFLOW_STATE}';
    end if;
    o_revision := s.revision + v_fresh;

    if p_records is not null then
      with w as materialized (
        select ${revisionAt('x.n')} as revision, x.*, c.state as before, c.holds as held
        from jsonb_to_recordset(p_records)
          as x(n int, place int, kind text, id text, state text, value text, holds text[])
        left join lateral (select * from @.record o where o.sid = p_sid and o.kind = x.kind and o.id = x.id limit 1) c
          on true
        where ${isIn('x.n')}
      ), gone as (
        delete from @.record c using w where w.value is null and c.sid = p_sid and c.kind = w.kind and c.id = w.id
      ), put as (
        insert into @.record as c (sid, kind, id, state, value, revision, created, holds)
        select p_sid, w.kind, w.id, w.state, w.value, w.revision, w.revision, w.holds from w where w.value is not null
        on conflict (sid, kind, id) do update set state = excluded.state, value = excluded.value,
          revision = excluded.revision, holds = excluded.holds
      )
      select coalesce(sum((w.value is not null and w.state is not distinct from 'open')::int
          - (w.before is not distinct from 'open')::int) filter (where w.kind = 'conflict'), 0),
        coalesce(jsonb_object_agg(w.n::text || '.' || w.place::text, to_jsonb(w.held)) filter (where w.held <> '{}'), '{}')
      into v_opened, v_passed from w;
    end if;

    -- Mostly nothing is made or deleted, and nothing merged or escalated.
    if p_tallied then
      select count(*) filter (where q.tally = 1), count(*) filter (where q.tally = 2) into v_merged, v_escalated
      from unnest(p_requests) with ordinality ${asRequests}
      where ${isIn('q.n')};
    end if;
    if 0 = any(v_lives) or p_deletes then
      select coalesce(sum((not w.deleted)::int - (v_lives[w.guard] > 0 or w.depth is not null)::int), 0) into v_alive
      from (
        select q.n, q.guard, q.deleted, q.depth from unnest(p_requests) with ordinality ${asRequests}
        where q.guard is not null
        union all select x.n, x.guard, x.deleted, x.depth from unnest(p_writes) x
      ) w where ${isIn('w.n')};
    end if;

    insert into @.head as h (sid, id, version, revision, born, hash, size, media, agent, at, deleted)
    select p_sid, w.id, ${versionBy('w')}, ${revisionAt('w.n')}, ${bornBy('w')}, w.hash, w.size, w.media, w.agent, w.at, w.deleted
    from (
      select q.n, q.guard, q.id, q.hash, q.size, q.media, q.deleted, q.depth, q.root, q.agent, q.at
      from unnest(p_requests) with ordinality ${asRequests} where q.guard is not null
      union all
      select x.n, x.guard, x.id, x.hash, x.size, x.media, x.deleted, x.depth, x.root, x.agent, x.at from unnest(p_writes) x
    ) w where ${isIn('w.n')} and w.n <> all(v_overtaken)
    on conflict (sid, id) do update set version = excluded.version, revision = excluded.revision,
      born = excluded.born, hash = excluded.hash, size = excluded.size, media = excluded.media,
      agent = excluded.agent, at = excluded.at, deleted = excluded.deleted;
    insert into @.log (sid, revision, place, id, version, born, hash, size, media, deleted, agent, at, mark, bytes,
      key, commit_id, fingerprint, guards, meta, holds)
    select p_sid, ${revisionAt('q.n')}, 0, q.id, ${versionBy('q')}, ${bornBy('q')},
      q.hash, q.size, q.media, q.deleted, q.agent, q.at, q.mark, q.bytes, q.key, q.commit_id, q.print,
      case when q.named is null then q.guards
        else q.guards || coalesce(${revisionAt('q.link')}, v_seen[q.named])::text || q.rest end,
      q.meta, q.keeps::text[]
    from unnest(p_requests) with ordinality ${asRequests} where ${isIn('q.n')};
    if p_writes <> '{}' then
      insert into @.log (sid, revision, place, id, version, born, hash, size, media, deleted, agent, at, mark, bytes)
      select p_sid, ${revisionAt('w.n')}, w.place, w.id, ${versionBy('w')}, ${bornBy('w')},
        w.hash, w.size, w.media, w.deleted, w.agent, w.at, w.mark, w.bytes
      from unnest(p_writes) w where ${isIn('w.n')};
    end if;
    if p_needs <> '{}' then
      ${keepNeeds(isIn('x.n'))}
    end if;
    update @.space as u set revision = o_revision, resources = u.resources + v_alive, open = u.open + v_opened,
      merged = u.merged + v_merged, escalated = u.escalated + v_escalated
    where u.sid = p_sid;
    -- What a settled conflict kept, its entry keeps from now on.
    if v_passed <> '{}' then
      for l in
        select t.n, array_agg(t.hash) as held from (
          select split_part(p.key, '.', 1)::integer as n, jsonb_array_elements_text(p.value) as hash from jsonb_each(v_passed) p
        ) t group by t.n
      loop
        update @.log e set holds = e.holds || l.held
        where e.sid = p_sid and e.place = 0 and e.revision = ${revisionAt('l.n')};
      end loop;
    end if;
  end loop;
end $body$;
`;
