// Trimming, a step at a time: entries go in the order of their revisions, with the versions that they superseded and
// what they kept. Contents are counted down in the order of their hashes, as commits count them up, so that no two wait
// for each other.
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
  with old as (
    delete from @.version o using @.version n
    where n.sid = p_sid and n.revision > s.trimmed and n.revision <= upto
      and o.sid = p_sid and o.id = n.id and o.version = n.version - 1
    returning o.hash, o.size
  ), gone as (
    delete from @.entry e where e.sid = p_sid and e.revision <= upto returning e.holds
  )
  select array_agg(t.hash) into free from (
    select hash from old where size is not null union all select unnest(holds) from gone
  ) t;
  perform 1 from @.content c where c.hash = any(free) order by c.hash for update;
  update @.content c set needed = c.needed - t.times
  from (select f as hash, count(*) as times from unnest(free) f group by f) t where c.hash = t.hash;
  delete from @.content c where c.hash = any(free) and c.needed <= 0;
  update @.space set trimmed = upto where sid = p_sid;
end $body$;
`;
