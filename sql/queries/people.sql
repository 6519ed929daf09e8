-- The directory: who can be invited or mentioned. Without e-mail addresses, which are for administrators.

-- name: people_list :one
-- limit, cursor, search or null. Whoever is not deleted or disabled
with page as (
    select p.id, row_number() over (order by p.id) as position, author_json(p) as document
    from principals p
    where p.id > coalesce(cursor_id($2), '00000000-0000-0000-0000-000000000000') and p.deleted_at is null
      and (select u.disabled_at from users u where u.id = p.id) is null
      and ($3::text is null or strpos(lower(p.name || ' ' || p.handle::text), lower($3)) > 0)
    order by p.id limit $1::int + 1
)
select json_build_object(
    'items', coalesce(json_agg(document order by position) filter (where position <= $1::int), '[]'),
    'next', case when count(*) > $1::int then cursor_of((array_agg(id order by position))[$1::int]) end)::text
from page
