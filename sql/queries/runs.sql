-- Runs, as handlers see and change them.

-- name: run_get :one
select run_json(r) from runs r where r.id = $1::uuid

-- name: run_list :one
-- what is wanted: state, kind, script, agent, room, asked_by, since, until, limit, cursor
select list_runs($1::jsonb)

-- name: run_output_page :many
-- run, offset or null, how many last bytes or null, limit: what it wrote. The first row is the page without its chunks,
-- the others are (position, stream, time, bytes).
select position, stream, at, bytes from run_output_page($1::uuid, $2::bigint, $3::bigint, $4::bigint)

-- name: run_output_size :one
select case when r.kind = 'agent' and is_taken_back(id) then 0 else run_output_size(id) end
from runs r where id = $1::uuid

-- name: run_output_piece :one
-- run, offset: the bytes from there on, at most 1 MiB
select run_output_slice(id, $2::bigint, 1048576) from runs r
where id = $1::uuid and not (r.kind = 'agent' and is_taken_back(id))

-- name: run_output_stretch :one
-- run, offset, offset: the bytes between, and how many there are in all
select run_output_stretch(id, $2::bigint, $3::bigint), run_output_size(id)::text from runs r
where id = $1::uuid and not (r.kind = 'agent' and is_taken_back(id))

-- name: run_remove_output :many
select * from run_remove_output($1::uuid)

-- name: run_cancel :many
select * from run_cancel($1::uuid)

-- name: run_retry :many
-- id, mode (again, resume), via
select * from run_retry($1::uuid, $2, $3)

-- The rest is for the runner; what is to be published comes as rows of (document, channel), a null channel for nobody.
-- $fence is the attempt: an executor whose run was given to another changes nothing.
-- Where a run is meant by its id, "(state = …) is true" keeps the planner from the small indexes of those that run: they
-- look cheap to it, and are full of those that did.

-- name: run_loosely :exec
-- Beside what may be lost when the server itself crashes: its commit does not wait for the disk.
select set_config('synchronous_commit', 'off', true)

-- name: run_claim :many
-- host, places of this host, those of them in reserve, kinds, labels of this host: claims what there is room for, at most
-- 16. Answers have as many places of their own as scripts have, because they need no sandbox. The first run of a user may
-- have any free place. A further one may only while more places are free, without the reserve, than this user's runs have:
-- several users get fewer each, and those who come when long runs of others have the rest find the reserve. Unattended
-- runs never have it. The first place is for who has the fewest, and of each user's queue for answers, then for what
-- people wait for. Only the oldest question to an agent in a room can be claimed, and only while none is being answered,
-- and only one run of a script that keeps a state; a claimer that waits for the row of another sees the new state when it
-- gets the lock, and unique indexes refuse the rest. Each queue is read in its order and no further than needed, however
-- long it is.
-- id, attempt, kind, how many were looked at.
with recursive busy as materialized (
    select coalesce(asked_by, '00000000-0000-0000-0000-000000000000') as key, run_lane(kind, via) as lane
    from runs where host = $1 and state = 'running'
), room as materialized (
    select $2::int - count(*) filter (where lane = 'answer') as answers,
           $2::int - count(*) filter (where lane <> 'answer') as scripts,
           $2::int - $3::int - count(*) filter (where lane = 'unattended') as unattended
    from busy
), queue as (
    (select coalesce(asked_by, '00000000-0000-0000-0000-000000000000') as key, run_lane(kind, via) as lane from runs
     where state = 'queued' and (select answers > 0 or scripts > 0 from room)
     order by coalesce(asked_by, '00000000-0000-0000-0000-000000000000'), run_lane(kind, via) limit 1)
    union all
    select n.key, n.lane
    from queue q, lateral (
        select coalesce(r.asked_by, '00000000-0000-0000-0000-000000000000') as key, run_lane(r.kind, r.via) as lane from runs r
        where r.state = 'queued'
          and (coalesce(r.asked_by, '00000000-0000-0000-0000-000000000000'), run_lane(r.kind, r.via)) > (q.key, q.lane)
        order by coalesce(r.asked_by, '00000000-0000-0000-0000-000000000000'), run_lane(r.kind, r.via) limit 1) n
), share as materialized (
    select q.key, q.lane, q.lane = 'answer' as answer, case q.lane when 'answer' then answers else scripts end as free,
           case q.lane when 'answer' then answers when 'interactive' then scripts else least(scripts, unattended) end as places,
           (select count(*) from busy b where b.key = q.key and (b.lane = 'answer') = (q.lane = 'answer')) as running
    from queue q, room
), candidate as materialized (
    select c.*, s.*
    from share s, lateral (
        select r.id, r.script_id, r.priority, r.due_at from runs r
        where r.state = 'queued' and coalesce(r.asked_by, '00000000-0000-0000-0000-000000000000') = s.key
          and run_lane(r.kind, r.via) = s.lane
          and r.due_at <= now() and r.kind = any ($4::text[]) and (r.label is null or r.label = any ($5::text[]))
          and not (r.kind = 'agent' and (
               exists (select from runs o where o.agent_id = r.agent_id and o.room_id = r.room_id and o.kind = 'agent'
                                            and o.state in ('running', 'waiting'))
               or exists (select from runs o where o.agent_id = r.agent_id and o.room_id = r.room_id and o.kind = 'agent'
                                               and o.state = 'queued' and o.id < r.id)))
          and not (r.kind = 'script' and exists (select from runs o where o.alone = r.script_id and o.state = 'running'))
        order by r.priority desc, r.due_at, r.id
        limit greatest(0, least(16, s.places, greatest(case s.running when 0 then 1 end, (s.free - $3::int - s.running + 1) / 2)))
        for no key update skip locked) c
), ranked as (
    select *, running + row_number() over (partition by key, answer order by lane, priority desc, due_at, id) as rank
    from candidate
), placed as (
    select *, row_number() over (partition by answer order by rank, lane, due_at, id) as place,
           row_number() over (partition by lane order by rank, due_at, id) as place_of_lane
    from ranked
), chosen as (
    select c.id, s.id as alone, row_number() over (partition by s.id order by c.rank, c.due_at, c.id) as of_script
    from (select * from placed where place <= case rank when 1 then free else free - $3::int + 1 - rank end and place_of_lane <= places
          order by rank, lane, due_at, id limit 16) c
    left join scripts s on s.id = c.script_id and s.kind = 'terraform'
)
update runs set state = 'running', attempt = attempt + 1, host = $1, pid = null, claimed_at = clock_timestamp(),
                started_at = coalesce(started_at, clock_timestamp()), lease_until = now() + interval '20 seconds',
                alone = c.alone
from chosen c
where runs.id = c.id and (c.alone is null or c.of_script = 1)
returning runs.id, runs.attempt, runs.kind, (select count(*) from candidate)

-- name: run_next_due :one
-- Milliseconds until the next queued run is due, when it is still to come; and 't' when any run is queued.
select ceil(extract(epoch from min(due_at) - now()) * 1000)::bigint, exists (select from runs where state = 'queued')
from runs
where state = 'queued' and due_at > queued_at and due_at > now()

-- name: run_release :exec
-- id, fence: back into the queue, because no executor could be started.
update runs set state = 'queued', attempt = attempt - 1, lease_until = null, due_at = now() + interval '1 second'
where id = $1::uuid and attempt = $2::int and (state = 'running') is true

-- name: run_take :one
-- id, fence, pid: what the executor of a run needs to know (struct run_facts). From now on the run counts as begun: it is
-- not given to another unless it is retriable. ABSENT when the run is no longer its own; or when another has it under the
-- same fence, which comes when the server crashed before its disk had the first claim.
with taken as (
    update runs set pid = $3::int, lease_until = now() + interval '20 seconds'
    where id = $1::uuid and attempt = $2::int and (state = 'running') is true and (pid is null or pid = $3::int)
    returning *
)
select t.room_id, t.trigger_seq, t.inputs, run_frame(row(t.*)::runs), run_channels(row(t.*)::runs), t.output_bytes
from taken t

-- name: run_take_agent :one
-- The same for an agent's, with struct agent_facts.
with taken as (
    update runs set pid = $3::int, lease_until = now() + interval '20 seconds'
    where id = $1::uuid and attempt = $2::int and (state = 'running') is true and (pid is null or pid = $3::int)
    returning *
)
select t.room_id, t.trigger_seq, t.inputs, run_frame(row(t.*)::runs), run_channels(row(t.*)::runs), t.output_bytes,
       run_text(t.id), t.agent_id, self.name, self.handle, a.prompt,
       coalesce(nullif(a.model, ''), p.default_model), a.parameters, a.context_tokens, a.run_seconds, p.kind, p.base_url,
       p.key_sealed, room.name, a.desired_state = 'started', run_agent_json(t.agent_id)
from taken t
left join agents a on a.id = t.agent_id
left join principals self on self.id = t.agent_id
left join providers p on p.id = a.provider_id
left join rooms room on room.id = t.room_id

-- name: run_take_script :one
-- The same for a script's, with struct script_facts.
with taken as (
    update runs set pid = $3::int, lease_until = now() + interval '20 seconds'
    where id = $1::uuid and attempt = $2::int and (state = 'running') is true and (pid is null or pid = $3::int)
    returning *
)
select t.room_id, t.trigger_seq, case when t.inputs_sealed is null then t.inputs else jsonb_strip_nulls(t.inputs) end,
       run_frame(row(t.*)::runs), run_channels(row(t.*)::runs), t.output_bytes,
       s.kind, v.code, v.parameters,
       (select json_agg(json_build_object('key', key, 'value', value, 'sealed', sealed)) from mapping_entries
        where mapping_id = t.mapping_id),
       t.dry_run, run_reach(row(t.*)::runs), t.limits, state.sealed, t.output_bytes + storage_left(t.asked_by), t.inputs_sealed,
       v.file_count,
       case when t.api is not null then t.asked_by end,
       case when v.file_count > 0 then package_source(s.kind) end,
       s.id, script_cache_generation(s)
from taken t
left join scripts s on s.id = t.script_id
left join script_versions v on v.script_id = t.script_id and v.number = t.script_version
left join script_states state on state.script_id = t.script_id

-- name: run_script_files :many
-- id: the files beside the script, in the version of the run (path, whether it is executable, bytes in hex). It has as many as
-- the version says, or some are gone.
select f.path, f.executable, encode(b.bytes, 'hex')
from runs r
join script_files f on f.script_id = r.script_id and f.since <= r.script_version
                   and (f.until is null or f.until > r.script_version)
join script_blobs b on b.digest = f.digest
where r.id = $1::uuid
order by f.path collate "C"

-- name: run_token_add :one
-- id, fence, digest: the token with which the run uses the API. ABSENT when the run is no longer its own.
select run_token_add from run_token_add($1::uuid, $2::int, $3)

-- name: run_renew :one
-- id, fence: keeps the lease; whether it was asked to stop, and up to which byte the quota of its asker lets a script's
-- output go (null: there is no quota). ABSENT when the run is no longer its own.
update runs set lease_until = now() + interval '20 seconds'
where id = $1::uuid and attempt = $2::int and (state = 'running') is true
returning cancel_requested_at is not null, case kind when 'script' then output_bytes + storage_left(asked_by) end

-- name: run_say :one
-- id, fence, byte offset, text: keeps what an agent has said further. ABSENT when the run is no longer its own.
insert into run_output (run_id, position, stream, bytes)
select id, $3::bigint, 'text', convert_to($4, 'UTF8') from runs
where id = $1::uuid and attempt = $2::int and (state = 'running') is true
on conflict (run_id, position) do update set bytes = excluded.bytes
returning position

-- name: run_finish :many
-- id, fence, state, reason, result, usage: ends it, with what it cost. No row: the run is no longer its own.
select f.document, f.channel from finish_run($1::uuid, $2::int, $3, $4, $5::jsonb, $6::jsonb || coalesce(
    (select jsonb_build_object('cost', trim_scale(round(
         (coalesce(($6::jsonb ->> 'prompt_tokens')::numeric, 0) * p.price_prompt
          + coalesce(($6::jsonb ->> 'completion_tokens')::numeric, 0) * p.price_completion) / 1000000, 6)))
     from runs r join agents a on a.id = r.agent_id join providers p on p.id = a.provider_id where r.id = $1::uuid), '{}')) as f

-- name: run_finish_script :many
-- id, fence, state, reason, result or null, usage, how ({"exit_code", "signal", "ended_by"}). No row: as above.
select document, channel from finish_run($1::uuid, $2::int, $3, $4, $5::jsonb, $6::jsonb, $7::jsonb)

-- name: run_output_add :one
-- id, fence, byte offset, stream, bytes, whether more was left out: keeps what a script wrote, and the same again when
-- nobody knows whether the first time was kept. ABSENT when the run is no longer its own.
with own as (
    update runs set output_bytes = $3::bigint + octet_length($5::bytea), output_truncated = output_truncated or $6::boolean
    where id = $1::uuid and attempt = $2::int and (state = 'running') is true
    returning id
)
insert into run_output (run_id, position, stream, bytes)
select id, $3::bigint, $4, $5::bytea from own
on conflict (run_id, position) do update set bytes = excluded.bytes
returning position::text

-- name: run_keep_state :one
-- id, fence, sealed: what the script keeps for its next run. ABSENT when the run is no longer its own.
insert into script_states (script_id, sealed)
select script_id, $3 from runs where id = $1::uuid and attempt = $2::int and (state = 'running') is true and kind = 'script'
on conflict (script_id) do update set sealed = excluded.sealed, updated_at = now()
returning script_id

-- name: run_keep_cache :one
-- id, fence, generation, bytes: what it leaves in the cache folder for the next run. ABSENT when the run is no longer its
-- own, or the cache was cleared since it began.
insert into script_caches (script_id, generation, bytes, kept_at)
select s.id, $3::int, $4::bigint, now() from runs r join scripts s on s.id = r.script_id
where r.id = $1::uuid and r.attempt = $2::int and (r.state = 'running') is true and s.cache
on conflict (script_id) do update set bytes = excluded.bytes, kept_at = excluded.kept_at
where script_caches.generation = excluded.generation
returning script_id

-- name: run_file_add :one
-- id, fence, path, media type, size, SHA-256 in hex, bytes of its output with those not stored yet: a file that it left,
-- without its bytes yet; the file's id, or '' when the storage of its asker has no room for it. One with the same path gives
-- way. ABSENT when the run is no longer its own.
with own as (
    select id, storage_left(asked_by) - greatest(0, $7::bigint - output_bytes) as room from runs
    where id = $1::uuid and attempt = $2::int and (state = 'running') is true for no key update
), gone as (
    delete from files where run_id = (select id from own) and path = $3 returning size
), made as (
    insert into files (run_id, path, media_type, size, sha256)
    select id, $3, $4, $5::bigint, $6 from own
    where (room + (select coalesce(sum(size), 0) from gone) >= $5::bigint) is not false
    returning id
)
select coalesce((select id::text from made), '') from own

-- name: run_file_chunk :one
-- id, fence, file, byte offset, bytes. ABSENT when the run is no longer its own.
insert into file_chunks (file_id, position, bytes)
select f.id, $4::bigint, $5::bytea from files f join runs r on r.id = f.run_id
where f.id = $3::uuid and r.id = $1::uuid and r.attempt = $2::int and (r.state = 'running') is true
on conflict (file_id, position) do update set bytes = excluded.bytes
returning position::text

-- name: run_file_drop :exec
-- id, fence, file: it could not be stored whole.
delete from files f using runs r
where f.id = $3::uuid and f.run_id = r.id and r.id = $1::uuid and r.attempt = $2::int and (r.state = 'running') is true

-- name: run_context :many
-- room, the message to answer, agent: what was said in the room, the newest first but the question before all others;
-- edits are applied, what was deleted is left out. role, name, text, number of the message, whether it is the question
with said as (
    (select e.*, true as question from room_events e where e.room_id = $1::uuid and e.seq = $2::bigint)
    union all
    (select e.*, false from room_events e
     where e.room_id = $1::uuid and e.kind in ('message', 'result') and e.seq <> $2::bigint
     order by e.seq desc limit (select 500)) -- unknown to the planner, who else sorts a large room as if it were small
)
select case when s.principal_id = $3::uuid then 'assistant' else 'user' end, coalesce(p.name, 'Somebody'),
       coalesce(change.body ->> 'text', s.body ->> 'text'), s.number, s.question
from said s
left join principals p on p.id = s.principal_id
left join lateral (select c.kind, c.body from room_events c
                   where c.room_id = s.room_id and c.target = s.seq and c.kind in ('edit', 'delete')
                   order by c.kind = 'delete' desc, c.seq desc limit 1) as change on true
where change.kind is distinct from 'delete' and coalesce(change.body ->> 'text', s.body ->> 'text', '') <> ''
order by s.question desc, s.seq desc

-- name: run_requeue_expired :many
-- Runs whose executor is gone and that may be tried again, because they are retriable or were never begun: what it said
-- is kept, and the next one goes on from there.
with expired as (
    select id from runs
    where state = 'running' and lease_until < now() and cancel_requested_at is null
      and ((retriable and attempt < 3) or (pid is null and attempt < 10))
    order by lease_until limit 50 for no key update skip locked
), queued as (
    update runs set state = 'queued', lease_until = null, due_at = now() + make_interval(secs => attempt - 1)
    from expired where runs.id = expired.id
    returning runs.*
)
select run_frame(row(queued.*)::runs) as document, run_channels(row(queued.*)::runs) as channel, pg_notify('run_queued', id::text)
from queued

-- name: run_lose_expired :many
-- The others end here: lost, or cancelled when that was asked for.
with expired as (
    select id, kind, room_id, cancel_requested_at is not null as cancelled, reason from runs
    where state = 'running' and lease_until < now()
      and not (cancel_requested_at is null and ((retriable and attempt < 3) or (pid is null and attempt < 10)))
    order by lease_until limit 50 for no key update skip locked
)
select f.document, f.channel
from (select * from expired order by room_id) e, finish_run(e.id, null, case when e.cancelled then 'cancelled' else 'lost' end,
                           case when e.cancelled then e.reason else 'The runner crashed while this was in progress.' end,
                           case e.kind when 'agent' then '{}'::jsonb end, null) as f
