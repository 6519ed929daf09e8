-- Model endpoints. Their keys are sealed by the program; no statement of a handler reads them.

-- name: provider_list :one
-- limit, cursor
with page as (
    select p, row_number() over (order by (p).id) as n
    from (select providers as p from providers
          where id > coalesce(cursor_id($2), '00000000-0000-0000-0000-000000000000') order by id limit $1::int + 1) as found
)
select json_build_object(
    'items', coalesce(json_agg(provider_json(p) order by n) filter (where n <= $1::int), '[]'),
    'next', case when count(*) > $1::int then (array_agg(cursor_of((p).id)) filter (where n = $1::int))[1] end)
from page

-- name: provider_create :many
-- body, sealed key
select * from provider_create($1::jsonb, $2)

-- name: provider_edit :many
-- id, body, sealed key
select * from provider_edit($1::uuid, $2::jsonb, $3)

-- name: provider_get :one
select provider_json(p) from providers p where p.id = $1::uuid

-- name: provider_delete :many
select * from provider_delete($1::uuid)

-- name: provider_check :many
select * from provider_check($1::uuid)

-- name: provider_endpoint :one
-- For the runner: where it is and with which key.
select kind, base_url, key_sealed from providers where id = $1::uuid
