// The short way for a chain: commits of one resource, each on what the one before it writes, as the merges of many writers
// come. The head is looked at once and written once, for the last of them, and all are told to the log by one statement. It
// is all or nothing, like `commit_plain`, but without an error where it does not hold: on a contended resource that is often.

import { keepNeeds } from './commit-function.ts';

/**
 * `p_base` and `p_base_hash` are what the first one is guarded by, or `p_version` and the hash; the others are guarded by
 * the one before them. `p_bytes` are their contents in a row, each from its `start` on: in the rows of an
 * array they would be read twice, letter by letter. Answers as `commit_batch` where all were committed; a null `o_revision` where none was.
 */
export const chainFunction: string = `
create type @.chain_request as (key uuid, agent text, commit_id text, print text, at double precision, hash text,
  size bigint, media text, mark bigint, start integer, meta text, keeps text);
create function @.commit_chain(p_sid integer, p_epoch text, p_id text, p_base bigint, p_base_hash text, p_version bigint,
  p_merged integer, p_escalated integer, p_requests @.chain_request[], p_bytes bytea, p_needs @.batch_need[], p_contents bytea[],
  out o_epoch text, out o_revision bigint, out o_trimmed bigint, out o_versions bigint[], out o_lives bigint[])
language plpgsql as $body$
declare
  v_count integer := cardinality(p_requests);
  v_first bigint;
  h @.head%rowtype;
  r @.chain_request := p_requests[v_count];
begin
  select m.value, s.revision, s.trimmed into strict o_epoch, v_first, o_trimmed
  from @.space s, @.meta m where s.sid = p_sid and m.name = 'epoch' for update of s;
  if o_epoch <> p_epoch then return; end if;
  select * into h from @.head o where o.sid = p_sid and o.id = p_id;
  if not found or h.deleted or h.hash <> p_base_hash or h.revision <> coalesce(p_base, h.revision)
    or h.version <> coalesce(p_version, h.version) or v_first + v_count > 9007199254740991 then
    return;
  end if;
  o_revision := v_first + v_count;
  o_versions := array_fill(h.version, array[v_count]);
  o_lives := array_fill(h.born, array[v_count]);
  update @.head o set version = h.version + v_count, revision = o_revision, hash = r.hash, size = r.size, media = r.media,
    agent = r.agent, at = r.at
  where o.sid = p_sid and o.id = p_id;
  insert into @.log (sid, revision, place, id, version, born, hash, size, media, deleted, agent, at, mark, bytes,
    key, commit_id, fingerprint, base, base_hash, meta, holds)
  select p_sid, v_first + q.n, 0, p_id, h.version + q.n, h.born, q.hash, q.size, q.media, false, q.agent, q.at, q.mark,
    substring(p_bytes from q.start for q.size::integer), q.key, q.commit_id, q.print,
    case when q.n = 1 then h.revision else v_first + q.n - 1 end, lag(q.hash, 1, p_base_hash) over (order by q.n), q.meta, q.keeps::text[]
  from unnest(p_requests) with ordinality
    as q(key, agent, commit_id, print, at, hash, size, media, mark, start, meta, keeps, n);
  if p_needs <> '{}' then
    ${keepNeeds('true')}
  end if;
  update @.space u set revision = o_revision, merged = u.merged + p_merged, escalated = u.escalated + p_escalated
  where u.sid = p_sid;
end $body$;
`;
