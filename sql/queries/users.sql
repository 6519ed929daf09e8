-- Accounts: what people do with their own, and what administrators do with everybody's.

-- name: user_credentials :many
-- e-mail, hash of the device's cookie or ''. Id, password hash, whether the account is disabled, and the device if the user
-- has logged in from it; no row when there is none
select id, password_hash, disabled_at is not null, device_find($1, $2) from users where email = $1::citext

-- name: user_own_credentials :many
-- The same for the caller
select id, password_hash, disabled_at is not null, null from users where id = caller_id()

-- name: user_own_storage :one
select storage_json(caller_id())::text

-- name: user_get :one
-- user
select account_json(u, p)::text from users u join principals p on p.id = u.id where u.id = $1::uuid

-- name: user_own :one
-- The caller
select user_json(u, p)::text from users u join principals p on p.id = u.id where u.id = caller_id()

-- name: user_register_check :exec
-- e-mail, whether registration is open ('true' or 'false'). Refused while there is no user: the administrator comes first,
-- by coagentctl on the server, and is nobody who happens to visit
select case
    when not exists (select from users)
        then raise_outcome('CA403', 'This studio has no administrator yet. On its server, run: coagentctl create-admin')
    when not $2::boolean
        then raise_outcome('CA403', 'Registration is closed. Ask an administrator for an account.')
    when exists (select from users where name_key(email::text) = name_key($1))
        then raise_outcome('CA409', 'An account with this email address already exists.', 'email')
    end

-- name: user_register :exec
-- e-mail, name, password hash. The new user is the caller of what follows
with principal as (
    insert into principals (kind, handle, name)
    values ('user', free_handle(split_part($1, '@', 1)), coalesce($2, left(split_part($1, '@', 1), 80)))
    returning id
), created as (
    insert into users (id, email, password_hash) select id, $1, $3 from principal
    returning id, email, role
), audited as (
    insert into audit_log (actor_id, action, object_kind, object_id, detail)
    select id, 'user.register', 'user', id::text, jsonb_build_object('email', email, 'role', role) from created
)
select set_config('coagent.caller', id::text, true) from created

-- name: user_rehash :exec
-- old hash, new hash. The caller's, when the cost of hashes rose
update users set password_hash = $2 where id = caller_id() and password_hash = $1

-- name: profile_edit :many
-- changes (jsonb: name, handle, email, theme, version), whether the current password was proved
select * from profile_edit($1::jsonb, $2::boolean)

-- name: profile_set_password :many
-- old hash, new hash, the session that stays or '', whether the API tokens stay
select * from profile_set_password($1, $2, $3, $4::boolean)

-- name: user_list :one
-- limit, cursor, search or null, role or null, state (enabled, disabled) or null. By the time of creation
with page as (
    select u.id, row_number() over (order by u.id) as position, account_json(u, p) as document
    from users u join principals p on p.id = u.id
    where u.id > coalesce(cursor_id($2), '00000000-0000-0000-0000-000000000000')
      and p.id > coalesce(cursor_id($2), '00000000-0000-0000-0000-000000000000') -- of both, so that a merge of the two starts there
      and ($3::text is null or strpos(lower(p.name || ' ' || u.email::text || ' ' || p.handle::text), lower($3)) > 0)
      and ($4::text is null or u.role = $4)
      and ($5::text is null or (u.disabled_at is not null) = ($5 = 'disabled'))
    order by u.id limit $1::int + 1
)
select json_build_object(
    'items', coalesce(json_agg(document order by position) filter (where position <= $1::int), '[]'),
    'next', case when count(*) > $1::int then cursor_of((array_agg(id order by position))[$1::int]) end)::text
from page

-- name: user_create :many
-- the checked body without the password (jsonb: email, name, handle, role, permissions, theme), password hash
select * from user_create($1::jsonb, $2)

-- name: user_edit :many
-- user, changes (jsonb: email, name, handle, role, permissions, theme, disabled, version), password hash or null
select * from user_edit($1::uuid, $2::jsonb, $3)

-- name: user_delete :many
select * from user_delete($1::uuid)
