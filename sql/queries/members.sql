-- Members of rooms. A change answers rows of "announced" (sql/functions/announced.sql).

-- name: member_list :one
-- room, cursor (null: from the start), how many
with page as (
    select p.id, member_json(m, p) as item, row_number() over (order by m.principal_id) as place
    from room_members m join principals p on p.id = m.principal_id
    where m.room_id = $1::uuid
      and m.principal_id > coalesce(cursor_id($2), '00000000-0000-0000-0000-000000000000')
    order by m.principal_id limit $3::int + 1)
select json_build_object('items', coalesce(json_agg(item) filter (where place <= $3::int), '[]'),
                         'next', case when count(*) > $3::int then cursor_of((array_agg(id))[$3::int]) end)
from page

-- name: member_add :many
-- room, body: one of handle, email and id; role (absent: member)
select *
from member_add($1, $2::jsonb ->> 'handle', $2::jsonb ->> 'email', ($2::jsonb ->> 'id')::uuid,
                coalesce($2::jsonb ->> 'role', 'member'))

-- name: member_edit :many
-- room, member, body: role, notify; what is absent stays as it is
select * from member_edit($1, $2, $3::jsonb ->> 'role', $3::jsonb ->> 'notify')

-- name: member_remove :many
select * from member_remove($1, $2)
