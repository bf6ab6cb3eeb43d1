// One call for many commits: a function in the database takes a batch, locks the space, compares every guard and writes
// what holds. One round trip, one transaction, one flush to disk. The requests that are written must not touch one
// another (batch.ts sees to that), but for chains of writes of one resource, in which each names the version that the one
// before it writes: of those a first part holds. Requests marked `apart` are only looked at, after the others are applied.
//
// The space's row is locked before anything is read: under READ COMMITTED each later statement sees all that was
// committed before, so what was compared stays true until the end of the transaction, and revisions have no holes.

/** SQLSTATE of "the space has used up its revisions", raised by the function below. */
export const OVERFLOW_STATE = 'EN001';

/**
 * What stands against each request: that it landed before, a guard that moved, records that changed. Rows are looked up
 * one by one, by subqueries: a join would be planned by what the tables held when they were made, and read them whole.
 * `late`: requests of a chain that was broken before them. They are judged with those apart, after the rest is applied.
 */
const judgeFunction = `
create function @.judge(p_sid integer, j jsonb, p_apart boolean, p_late integer[],
  out good integer[], out others jsonb, out late integer[])
language plpgsql stable as $body$
declare
  landed jsonb;
  moved integer[];
  stale jsonb := '{}';
  heads jsonb;
  l record;
begin
  select coalesce(jsonb_object_agg(r.n, r.revision) filter (where r.revision is not null), '{}') into landed from (
    select q.n, (select e.revision from @.entry e where e.sid = p_sid and e.key = decode(q.key, 'hex')) as revision
    from jsonb_to_recordset(j->'requests') as q(n int, key text, apart boolean)
    where q.apart = p_apart or q.n = any(p_late)
  ) r;
  moved := array(
    select distinct g.n from jsonb_to_recordset(j->'guards')
      as g(n int, id text, revision bigint, hash text, version bigint, depth int)
    where not case when g.version is null then
      coalesce((select h.revision = g.revision and h.hash = g.hash from @.head h
        where h.sid = p_sid and h.id = g.id), g.revision = 0 and g.hash = '')
    else
      coalesce((select case when p_apart or g.depth is null then h.version = g.version and h.hash = g.hash
          else h.version + g.depth = g.version end
        from @.head h where h.sid = p_sid and h.id = g.id), not p_apart and g.depth is not null and g.version = g.depth)
    end);
  if jsonb_array_length(j->'records') > 0 then
    select coalesce(jsonb_object_agg(t.n, t.ids), '{}') into stale from (
      select w.n, jsonb_agg(w.id order by w.place) as ids
      from jsonb_to_recordset(j->'records') as w(n int, place int, kind text, id text, expected bigint)
      where coalesce((select c.revision from @.record c
        where c.sid = p_sid and c.kind = w.kind and c.id = w.id), 0) <> w.expected
      group by w.n
    ) t;
  end if;
  good := array(
    select r.n from jsonb_to_recordset(j->'requests') as r(n int, apart boolean)
    where (r.apart = p_apart or r.n = any(p_late)) and r.n <> all(moved) and not landed ? r.n::text and not stale ? r.n::text order by r.n);
  late := '{}';
  if not p_apart and (j->>'linked')::boolean then
    for l in select g.n, g.link from jsonb_to_recordset(j->'guards') as g(n int, link int)
      where g.link is not null order by g.n
    loop
      continue when l.link = any(good) and l.n = any(good);
      good := array_remove(good, l.n);
      late := late || l.n;
    end loop;
  end if;
  others := '[]';
  if landed = '{}' and moved = '{}' and stale = '{}' then return; end if;
  select coalesce(jsonb_object_agg(t.n, t.heads), '{}') into heads from (
    select x.n, jsonb_agg(x.head) as heads from (
      select g.n, (select to_jsonb(h) - 'sid' from @.head h where h.sid = p_sid and h.id = g.id) as head
      from jsonb_to_recordset(j->'guards') as g(n int, id text)
      where g.n = any(moved) or stale ? g.n::text
    ) x where x.head is not null group by x.n
  ) t;
  select jsonb_agg(jsonb_build_object('n', r.n, 'landed', landed->r.n::text,
    'stale', coalesce(stale->r.n::text, '[]'), 'heads', coalesce(heads->r.n::text, '[]')))
  into others
  from jsonb_to_recordset(j->'requests') as r(n int, apart boolean)
  where (r.apart = p_apart or r.n = any(p_late)) and r.n <> all(good) and r.n <> all(late);
  others := coalesce(others, '[]');
end $body$;
`;

/**
 * `commit_batch(sid, requests, contents)`: `requests` is JSON as batch.ts writes it, `contents` are the bytes that it
 * names by their place, in base64. Answers JSON: `revision` and `trimmed` of the space, `good` (those that were committed, in the
 * order of their revisions), `written` (heads), `others` (those that were not), and the same of those apart.
 */
export const commitFunction: string = `${judgeFunction}
create function @.commit_batch(p_sid integer, p_requests text, p_contents text[]) returns text
language plpgsql as $body$
declare
  j constant jsonb := p_requests::jsonb;
  s @.space%rowtype;
  v_epoch text;
  good integer[];
  others jsonb;
  late integer[];
  apart jsonb := '{}';
  written jsonb := '[]';
  passed jsonb := '{}';
  held jsonb := '{}';
  overtaken integer[] := '{}';
  alive bigint := 0;
  opened bigint := 0;
begin
  select * into strict s from @.space where sid = p_sid for update;
  select value into strict v_epoch from @.meta where name = 'epoch';
  if j->>'epoch' <> v_epoch then return jsonb_build_object('epoch', v_epoch)::text; end if;
  select t.good, t.others, t.late into good, others, late from @.judge(p_sid, j, false, '{}') t;
  if s.revision + cardinality(good) > 9007199254740991 then
    raise exception 'the space has used up its revisions' using errcode = '${OVERFLOW_STATE}';
  end if;
  if cardinality(good) > 0 then
    if (j->>'named')::boolean then
      select coalesce(jsonb_object_agg(g.n, (select h.revision from @.head h where h.sid = p_sid and h.id = g.id))
          filter (where g.link is null), '{}'), coalesce(array_agg(g.link) filter (where g.link is not null), '{}')
      into held, overtaken
      from jsonb_to_recordset(j->'guards') as g(n int, id text, version bigint, link int)
      where g.version is not null and g.n = any(good);
    end if;
    with w as materialized (
      select s.revision + array_position(good, x.n) as revision, x.n, x.place, x.id, x.hash, x.size, x.media, x.deleted,
        q.agent, q.at, coalesce(h.version, 0) + coalesce(x.rank, 0) + 1 as version,
        case when not h.deleted then h.born else s.revision + array_position(good, coalesce(x.root, x.n)) end as born,
        coalesce(not h.deleted, false) or x.rank is not null as alive
      from jsonb_to_recordset(j->'writes')
        as x(n int, place int, id text, hash text, size bigint, media text, deleted boolean, rank int, root int)
      join jsonb_to_recordset(j->'requests') as q(n int, agent text, at double precision) on q.n = x.n
      left join lateral (select * from @.head o where o.sid = p_sid and o.id = x.id limit 1) h on true
      where x.n = any(good)
    ), made as (
      insert into @.head as h (sid, id, version, revision, born, hash, size, media, agent, at, deleted)
      select p_sid, w.id, w.version, w.revision, w.born, w.hash, w.size, w.media, w.agent, w.at, w.deleted
      from w where w.n <> all(overtaken)
      on conflict (sid, id) do update set version = excluded.version, revision = excluded.revision,
        born = excluded.born, hash = excluded.hash, size = excluded.size, media = excluded.media,
        agent = excluded.agent, at = excluded.at, deleted = excluded.deleted
    ), kept as (
      insert into @.version (sid, revision, place, id, version, born, hash, size, media, agent, at, deleted)
      select p_sid, w.revision, w.place, w.id, w.version, w.born, w.hash, w.size, w.media, w.agent, w.at, w.deleted
      from w
    )
    select coalesce(jsonb_agg(jsonb_build_array(w.n, w.place, w.version, w.born)), '[]'),
      coalesce(sum((not w.deleted)::int - w.alive::int), 0)
    into written, alive from w;

    if jsonb_array_length(j->'records') > 0 then
      with w as materialized (
        select s.revision + array_position(good, x.n) as revision, x.*, c.state as before, c.holds as held
        from jsonb_to_recordset(j->'records')
          as x(n int, place int, kind text, id text, state text, value text, holds text[])
        left join lateral (select * from @.record o where o.sid = p_sid and o.kind = x.kind and o.id = x.id limit 1) c
          on true
        where x.n = any(good)
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
      into opened, passed from w;
    end if;

    insert into @.entry (sid, revision, key, agent, commit_id, fingerprint, at, guards, meta, holds)
    select p_sid, s.revision + array_position(good, r.n), decode(r.key, 'hex'), r.agent, r.commit_id, r.fingerprint,
      r.at, r.guards || coalesce(coalesce(s.revision + array_position(good, r.link), (held->>r.n::text)::bigint)::text
        || r.rest, ''), r.meta, r.keeps || case when passed = '{}' then '{}' else array(
        select jsonb_array_elements_text(p.value) from jsonb_each(passed) p where split_part(p.key, '.', 1) = r.n::text)
      end
    from jsonb_to_recordset(j->'requests') as r(n int, key text, agent text, commit_id text, fingerprint text,
      at double precision, guards text, rest text, link int, meta text, keeps text[])
    where r.n = any(good);

    if jsonb_array_length(j->'needs') > 0 then
      insert into @.content as c (hash, needed, bytes)
      select x.hash, count(*), decode((array_agg(p_contents[x.content]) filter (where x.content is not null))[1], 'base64')
      from jsonb_to_recordset(j->'needs') as x(n int, hash text, content int)
      where x.n = any(good) group by x.hash order by x.hash
      on conflict (hash) do update set needed = c.needed + excluded.needed, bytes = coalesce(c.bytes, excluded.bytes);
    end if;

    update @.space as u set revision = u.revision + cardinality(good), resources = u.resources + alive,
      open = u.open + opened, merged = u.merged + t.merged, escalated = u.escalated + t.escalated
    from (select count(*) filter (where r.outcome = 'merged') as merged,
        count(*) filter (where r.outcome = 'escalated') as escalated
      from jsonb_to_recordset(j->'requests') as r(n int, outcome text) where r.n = any(good)) t
    where u.sid = p_sid;
  end if;
  if (j->>'apart')::boolean or late <> '{}' then
    select to_jsonb(t) into apart from @.judge(p_sid, j, true, late) t;
  end if;
  return jsonb_build_object('revision', s.revision + cardinality(good), 'trimmed', s.trimmed, 'good', good,
    'others', others, 'written', written, 'apart', apart)::text;
end $body$;
`;
