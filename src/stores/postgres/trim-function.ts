// Trimming, a step at a time: entries go in the order of their revisions, with the versions that they superseded and
// what they kept; the newest version of a resource stays, without what its commit said. Contents that are kept apart are
// counted down in the order of their hashes, as commits count them up, so that no two wait for each other. One that
// somebody needs and that lay only with a version that goes is put there.
export const trimFunction: string = `
create function @.trim_step(p_sid integer, p_before bigint, p_most integer, out trimmed bigint, out more boolean)
language plpgsql as $body$
declare
  s @.space%rowtype;
  upto bigint;
  free text[];
begin
  select * into strict s from @.space where sid = p_sid for update;
  upto := least(p_before, s.revision, s.trimmed + p_most);
  trimmed := greatest(upto, s.trimmed);
  more := trimmed < least(p_before, s.revision);
  if upto <= s.trimmed then return; end if;
  select array_agg(h.hash) into free from @.log e, unnest(e.holds) h(hash)
  where e.sid = p_sid and e.revision > s.trimmed and e.revision <= upto;
  with old as (
    delete from @.log o using @.log n
    where n.sid = p_sid and n.revision > s.trimmed and n.revision <= upto
      and o.sid = p_sid and o.id = n.id and o.version = n.version - 1
    returning o.hash, o.size, o.bytes
  ), empty as (
    delete from @.log e where e.sid = p_sid and e.revision > s.trimmed and e.revision <= upto and e.id is null
  ), kept as (
    update @.content c set bytes = old.bytes from old
    where old.bytes is not null and c.hash = old.hash and c.bytes is null
  )
  select coalesce(free, '{}') || coalesce(array_agg(old.hash), '{}') into free from old
  where old.size is not null and old.bytes is null;
  update @.log e set key = null, commit_id = null, fingerprint = null, base = null, base_hash = null, guards = null,
    meta = null, holds = null
  where e.sid = p_sid and e.revision > s.trimmed and e.revision <= upto and e.key is not null;
  perform 1 from @.content c where c.hash = any(free) order by c.hash for update;
  update @.content c set needed = c.needed - t.times
  from (select f as hash, count(*) as times from unnest(free) f group by f) t where c.hash = t.hash;
  delete from @.content c where c.hash = any(free) and c.needed <= 0;
  update @.space set trimmed = upto where sid = p_sid;
end $body$;
`;
