-- Runs, as handlers see and change them.

-- name: run_get :one
select coalesce((select run_json(r) from runs r where r.id = $1::uuid and run_role(r) is not null),
                to_json(raise_outcome('CA404', 'There is no such run.')::text))

-- name: run_cancel :exec
with run as (
    select id from run_for_change($1::uuid)
), audited as (
    insert into audit_log (action, object_kind, object_id) select 'run.cancel', 'run', id::text from run
), object as (
    select set_config('coagent.object', id::text, true) from run
)
select object.*, c.room from run join object on true left join cancel_runs(array[run.id], 'Stopped.') as c on true

-- name: run_retry :exec
-- id, mode (again, resume)
with run as (
    select id from retry_run($1::uuid, $2)
), audited as (
    insert into audit_log (action, object_kind, object_id, detail)
    select 'run.retry', 'run', $1, jsonb_build_object('mode', $2::text, 'run', id) from run
)
select set_config('coagent.object', id::text, true) from run

-- name: run_touched :many
-- The run that the statement before it made or changed, then what is to be published of it: (document, room, message).
select run_json(r)::text as document, null::uuid as room, null as message, 0 as n
from runs r where r.id = current_setting('coagent.object')::uuid
union all
(select null, e.room_id, event_frame(event_json(e)), 1 from room_events e
 where e.run_id = current_setting('coagent.object')::uuid order by e.seq desc limit 1)
union all
select null, r.room_id, run_frame(r), 2 from runs r
where r.id = current_setting('coagent.object')::uuid and r.room_id is not null
order by n
