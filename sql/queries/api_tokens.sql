-- Personal API tokens. Only the SHA-256 of a token is kept.

-- name: api_token_check :exec
-- the checked body (name, scopes, expires_at). Refused when a new token breaks a rule
select case
    when $1::jsonb -> 'scopes' = '[]' or exists (
        select from jsonb_array_elements_text($1::jsonb -> 'scopes') as scope
        where scope not in ('read', 'write', 'admin'))
        then raise_outcome('CA422', 'Scopes are one or more of read, write and admin.', 'scopes')
    when ($1::jsonb ->> 'expires_at')::timestamptz <= now()
        then raise_outcome('CA422', 'The token would have expired already.', 'expires_at')
    when (select count(*) from api_tokens where user_id = caller_id()) >= 50
        then raise_outcome('CA409', 'You have 50 API tokens already. Revoke one that is not used.')
    end

-- name: api_token_create :one
-- the checked body, hash of the token
with created as (
    insert into api_tokens (user_id, name, token_hash, scopes, expires_at)
    select caller_id(), $1::jsonb ->> 'name', $2,
           array(select distinct scope from jsonb_array_elements_text($1::jsonb -> 'scopes') as scope order by scope),
           ($1::jsonb ->> 'expires_at')::timestamptz
    returning *
), audited as (
    insert into audit_log (action, object_kind, object_id, detail)
    select 'token.create', 'api_token', id::text, jsonb_build_object('name', name, 'scopes', scopes,
                                                                     'expires_at', api_time(expires_at))
    from created
)
select json_build_object('id', id, 'name', name, 'scopes', scopes, 'expires_at', api_time(expires_at),
                         'last_used_at', null, 'created_at', api_time(created_at))::text, id
from created

-- name: api_token_list :one
-- limit, cursor. The caller's, the newest first
with page as (
    select id, row_number() over (order by id desc) as position, json_build_object('id', id, 'name', name,
        'scopes', scopes, 'expires_at', api_time(expires_at), 'last_used_at', api_time(last_used_at),
        'created_at', api_time(created_at)) as document
    from api_tokens
    where user_id = caller_id() and id < coalesce(cursor_id($2), 'ffffffff-ffff-ffff-ffff-ffffffffffff')
    order by id desc limit $1::int + 1
)
select json_build_object(
    'items', coalesce(json_agg(document order by position) filter (where position <= $1::int), '[]'),
    'next', case when count(*) > $1::int then cursor_of((array_agg(id order by position))[$1::int]) end)::text
from page

-- name: api_token_revoke :one
-- token. One of the caller's
with revoked as (
    delete from api_tokens where id = $1::uuid and user_id = caller_id() returning id, name
), audited as (
    insert into audit_log (action, object_kind, object_id, detail)
    select 'token.revoke', 'api_token', id::text, jsonb_build_object('name', name) from revoked
)
select id from revoked
