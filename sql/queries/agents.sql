-- Agents. A change answers rows of "announced" (sql/functions/announced.sql).

-- name: agent_list :one
-- limit, cursor
with page as (
    select a, row_number() over (order by (a).id) as n
    from (select agents as a from agents join principals on principals.id = agents.id and deleted_at is null
          where agents.id > coalesce(cursor_id($2), '00000000-0000-0000-0000-000000000000')
          order by agents.id limit $1::int + 1) as found
)
select json_build_object(
    'items', coalesce(json_agg(agent_json(a) order by n) filter (where n <= $1::int), '[]'),
    'next', case when count(*) > $1::int then (array_agg(cursor_of((a).id)) filter (where n = $1::int))[1] end)
from page

-- name: agent_create :many
-- body
select * from agent_create($1::jsonb)

-- name: agent_edit :many
-- id, body
select * from agent_edit($1::uuid, $2::jsonb)

-- name: agent_get :one
select agent_json(a) from agents a where a.id = $1::uuid

-- name: agent_switch :many
-- id, which way: start, stop or restart
select * from agent_switch($1::uuid, $2)

-- name: agent_delete :many
select * from agent_delete($1::uuid)

-- name: agent_logs :one
-- id, limit, cursor: its newest runs, for who may edit it; others see those of rooms that they see.
with page as (
    select r, row_number() over (order by (r).id desc) as n
    from (select runs as r from runs
          where agent_id = $1::uuid and id < coalesce(cursor_id($3), 'ffffffff-ffff-ffff-ffff-ffffffffffff') and run_role(runs) is not null
          order by id desc limit $2::int + 1) as found
)
select json_build_object(
    'items', coalesce(json_agg(run_json(r) order by n) filter (where n <= $2::int), '[]'),
    'next', case when count(*) > $2::int then (array_agg(cursor_of((r).id)) filter (where n = $2::int))[1] end)
from page
