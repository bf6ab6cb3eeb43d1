// The short way for what most commits are: each replaces one version, under that version's own guard, and asks for nothing
// else. Then one statement compares and writes all heads, and a second one tells it to the log. It is all or nothing: where
// a guard does not hold, nothing is left, and the batch goes to `commit_batch`, which looks at each request. To count the
// space's revision up is what locks it, before any head is looked at.

/** SQLSTATE of "not all of these hold", raised by the function below. */
export const NOT_PLAIN_STATE = 'EN002';

/** Answers as `commit_batch` where all were committed: `o_versions` and `o_lives` of the heads before. */
export const plainFunction: string = `
create type @.plain_request as (key uuid, agent text, commit_id text, print text, at double precision,
  id text, base bigint, base_hash text, hash text, size bigint, media text, mark bigint, bytes bytea);
create function @.commit_plain(p_sid integer, p_epoch text, p_requests @.plain_request[],
  out o_epoch text, out o_revision bigint, out o_trimmed bigint, out o_versions bigint[], out o_lives bigint[])
language plpgsql as $body$
declare
  v_first bigint;
begin
  update @.space s set revision = s.revision + cardinality(p_requests) from @.meta m
  where s.sid = p_sid and m.name = 'epoch' and m.value = p_epoch returning s.revision, s.trimmed into o_revision, o_trimmed;
  if not found then
    select m.value into strict o_epoch from @.meta m where m.name = 'epoch';
    -- Or the space is not there any more, which commit_batch reports.
    if o_epoch = p_epoch then raise exception 'no such space' using errcode = '${NOT_PLAIN_STATE}'; end if;
    return;
  end if;
  o_epoch := p_epoch;
  v_first := o_revision - cardinality(p_requests);
  with q as materialized (
    select * from unnest(p_requests) with ordinality
      as q(key, agent, commit_id, print, at, id, base, base_hash, hash, size, media, mark, bytes, n)
  ), h as (
    insert into @.head as h (sid, id, version, revision, born, hash, size, media, agent, at, deleted, base, base_hash)
    select p_sid, q.id, 1, v_first + q.n, 0, q.hash, q.size, q.media, q.agent, q.at, false, q.base, q.base_hash from q
    on conflict (sid, id) do update set version = h.version + 1, revision = excluded.revision, hash = excluded.hash,
      size = excluded.size, media = excluded.media, agent = excluded.agent, at = excluded.at
    where h.revision = excluded.base and h.hash = excluded.base_hash and not h.deleted
    returning h.revision, h.version, h.born
  ), l as (
    insert into @.log (sid, revision, place, id, version, born, hash, size, media, deleted, agent, at, mark, bytes,
      key, commit_id, fingerprint, base, base_hash)
    select p_sid, h.revision, 0, q.id, h.version, h.born, q.hash, q.size, q.media, false, q.agent, q.at, q.mark, q.bytes,
      q.key, q.commit_id, q.print, q.base, q.base_hash
    from h join q on v_first + q.n = h.revision
  )
  select array_agg(h.version - 1 order by h.revision), array_agg(h.born order by h.revision) into o_versions, o_lives from h;
  -- One that was not there was made, as the first version of its resource.
  if o_revision > 9007199254740991 or 0 = any(o_versions) or cardinality(o_versions) is distinct from cardinality(p_requests) then
    raise exception 'not all of these hold' using errcode = '${NOT_PLAIN_STATE}';
  end if;
end $body$;
`;
