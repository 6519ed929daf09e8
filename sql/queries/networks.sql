-- Named networks: what an administrator lets runs reach beside the internet.

-- name: network_list :one
-- limit, cursor
with page as (
    select n, row_number() over (order by (n).name) as place
    from (select networks as n from networks
          where name > coalesce(cursor_text($2), '')::citext order by name limit $1::int + 1) as found
)
select json_build_object(
    'items', coalesce(json_agg(network_json(n) order by place) filter (where place <= $1::int), '[]'),
    'next', case when count(*) > $1::int then (array_agg(cursor_of((n).name::text)) filter (where place = $1::int))[1] end)
from page

-- name: network_get :one
select network_json(n) from networks n where n.id = $1::uuid

-- name: network_create :many
-- body
select * from network_create($1::jsonb)

-- name: network_edit :many
-- id, body
select * from network_edit($1::uuid, $2::jsonb)

-- name: network_delete :many
select * from network_delete($1::uuid)
