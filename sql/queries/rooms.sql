-- Rooms. A change answers rows of "announced" (sql/functions/announced.sql).

-- name: room_list :one
-- The caller's rooms by id. cursor (null: from the start), how many. Each room is looked up ("offset 0" forbids a join):
-- the planner reads caller_id() when it makes the plan, and for a first caller who is in most rooms it would choose to
-- read all rooms of the studio, for every caller who comes after on that connection.
with page as (
    select m.room_id as id, room_json(r, m) as item, row_number() over (order by m.room_id) as place
    from room_members m
    cross join lateral (select * from rooms where id = m.room_id and deleted_at is null offset 0) r
    where m.principal_id = caller_id()
      and m.room_id > coalesce(cursor_id($1), '00000000-0000-0000-0000-000000000000')
    order by m.room_id limit $2::int + 1)
select json_build_object('items', coalesce(json_agg(item) filter (where place <= $2::int), '[]'),
                         'next', case when count(*) > $2::int then cursor_of((array_agg(id))[$2::int]) end)
from page

-- name: room_list_public :one
-- The public rooms that the caller may join. cursor (null: from the start), how many
with page as (
    select r.id, room_json(r, null) as item, row_number() over (order by r.id) as place
    from rooms r
    where r.visibility = 'public' and r.deleted_at is null and r.archived_at is null
      and not exists (select from room_members m where m.room_id = r.id and m.principal_id = caller_id())
      and r.id > coalesce(cursor_id($1), '00000000-0000-0000-0000-000000000000')
    order by r.id limit $2::int + 1)
select json_build_object('items', coalesce(json_agg(item) filter (where place <= $2::int), '[]'),
                         'next', case when count(*) > $2::int then cursor_of((array_agg(id))[$2::int]) end)
from page

-- name: room_get :one
select (room_answer($1)).document

-- name: room_create :many
-- body: name, topic, visibility; what is absent takes the default
select * from room_create($1::jsonb ->> 'name', $1::jsonb ->> 'topic', $1::jsonb ->> 'visibility')

-- name: room_edit :many
-- room, body: version, name, topic, visibility, archived; what is absent stays as it is
select *
from room_edit($1, ($2::jsonb ->> 'version')::int, $2::jsonb ->> 'name', $2::jsonb ->> 'topic',
                 $2::jsonb ->> 'visibility', ($2::jsonb ->> 'archived')::boolean)

-- name: room_delete :many
select * from room_delete($1)

-- name: room_stop :many
select * from room_stop($1)
