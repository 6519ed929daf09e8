-- Mappings: named sets of variables. Secret values come sealed, and only the runner reads them.

-- name: mapping_list :one
-- limit, cursor, part of the name or description
with page as (
    select m, row_number() over (order by (m).name, (m).id) as n
    from (select mappings as m from mappings
          where deleted_at is null and (name, id) > ((cursor_place($2)).name, (cursor_place($2)).id) and mapping_shows(mappings)
            and ($3::text is null or strpos(lower(name::text || ' ' || description), lower($3)) > 0)
          order by name, id limit $1::int + 1) as found
)
select json_build_object(
    'items', coalesce(json_agg(mapping_item(m) order by n) filter (where n <= $1::int), '[]'),
    'next', case when count(*) > $1::int then (array_agg(cursor_of((m).name::text, (m).id)) filter (where n = $1::int))[1] end)
from page

-- name: mapping_create :many
-- body, its secrets sealed
select * from mapping_create($1::jsonb)

-- name: mapping_edit :many
-- id, body, its secrets sealed
select * from mapping_edit($1::uuid, $2::jsonb)

-- name: mapping_get :one
select mapping_json(m) from mappings m where m.id = $1::uuid

-- name: mapping_delete :many
select * from mapping_delete($1::uuid)

-- name: mapping_values :many
-- For the runner: key, value of what is not secret, sealed value of what is.
select key, value, sealed from mapping_entries where mapping_id = $1::uuid order by key
