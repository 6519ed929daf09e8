-- Scripts and their versions. What a script takes and may is checked by the functions of migrations 0011 and 0014.

-- name: script_list :one
-- limit, cursor, part of the name or description, kind, only the caller's own
with page as (
    select s, row_number() over (order by (s).name) as n
    from (select scripts as s from scripts
          where deleted_at is null and name > coalesce(cursor_text($2), '')::citext and script_shows(scripts)
            and ($3::text is null or strpos(lower(name::text || ' ' || description), lower($3)) > 0)
            and ($4::text is null or kind = $4) and (not $5::boolean or owner_id = caller_id())
          order by name limit $1::int + 1) as found
)
select json_build_object(
    'items', coalesce(json_agg(script_item(s) order by n) filter (where n <= $1::int), '[]'),
    'next', case when count(*) > $1::int then (array_agg(cursor_of((s).name::text)) filter (where n = $1::int))[1] end)
from page

-- name: script_create :exec
select set_config('coagent.object', script_create($1::json)::text, true)

-- name: script_edit :exec
-- id, body
select set_config('coagent.object', script_edit($1::uuid, $2::json)::text, true)

-- name: script_touched :one
-- The script that the statement before it made or changed.
select script_json(s), s.id from scripts s where s.id = current_setting('coagent.object')::uuid

-- name: script_get :one
select coalesce((select script_json(s) from scripts s where s.id = $1::uuid and script_shows(s)),
                to_jsonb(raise_outcome('CA404', 'There is no such script.')::text))

-- name: script_run :exec
-- id, body, how it was asked for (ui, api)
select set_config('coagent.object', (r).id::text, true)
from (select queue_script_run($1::uuid, coalesce($2::jsonb -> 'parameters', '{}'), $2::jsonb, $3,
                              ($2::jsonb ->> 'room')::uuid) as r) as queued
