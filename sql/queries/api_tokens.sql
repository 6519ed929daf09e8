-- Personal API tokens.

-- name: api_token_create :many
-- the checked body, hash of the token
select * from api_token_create($1::jsonb, $2)

-- name: api_token_list :one
-- limit, cursor. The caller's, the newest first
with page as (
    select t.id, row_number() over (order by t.id desc) as position, api_token_json(t) as document
    from api_tokens t
    where t.user_id = caller_id() and t.id < coalesce(cursor_id($2), 'ffffffff-ffff-ffff-ffff-ffffffffffff')
    order by t.id desc limit $1::int + 1
)
select json_build_object(
    'items', coalesce(json_agg(document order by position) filter (where position <= $1::int), '[]'),
    'next', case when count(*) > $1::int then cursor_of((array_agg(id order by position))[$1::int]) end)::text
from page

-- name: api_token_revoke :many
select * from api_token_revoke($1::uuid)
