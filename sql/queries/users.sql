-- Accounts: what people do with their own, and what administrators do with everybody's.

-- name: user_credentials :many
-- e-mail. Id, password hash and whether the account is disabled; no row when there is none
select id, password_hash, disabled_at is not null from users where email = $1

-- name: user_own_credentials :many
-- The same for the caller
select id, password_hash, disabled_at is not null from users where id = caller_id()

-- name: user_get :one
-- user
select user_json(u, p)::text from users u join principals p on p.id = u.id where u.id = $1::uuid

-- name: user_own :one
-- The caller
select user_json(u, p)::text from users u join principals p on p.id = u.id where u.id = caller_id()

-- name: user_register_check :one
-- e-mail, whether registration is open ('true' or 'false'). Whether there is no user yet: the first may always register
select not exists (select from users), case
    when not $2::boolean and exists (select from users)
        then raise_outcome('CA403', 'Registration is closed. Ask an administrator for an account.')
    when exists (select from users where email = $1)
        then raise_outcome('CA409', 'There is an account with this e-mail address already.', 'email')
    end

-- name: user_register :exec
-- e-mail, name, password hash, whether registration is open. The first user becomes the administrator. The new user is
-- the caller of what follows
with first as materialized (
    select is_first_user() as is_first
), closed as materialized (
    select raise_outcome('CA403', 'Registration is closed. Ask an administrator for an account.')
    from first where not is_first and not $4::boolean
), principal as (
    insert into principals (kind, handle, name)
    select 'user', free_handle(split_part($1, '@', 1)), coalesce($2, left(split_part($1, '@', 1), 80))
    from first left join closed on true
    returning id
), created as (
    insert into users (id, email, password_hash, role)
    select id, $1, $3, case when is_first then 'admin' else 'user' end from principal, first
    returning id, email, role
), audited as (
    insert into audit_log (actor_id, action, object_kind, object_id, detail)
    select id, 'user.register', 'user', id::text, jsonb_build_object('email', email, 'role', role) from created
)
select set_config('coagent.caller', id::text, true) from created

-- name: user_rehash :exec
-- old hash, new hash. The caller's, when the cost of hashes rose
update users set password_hash = $2 where id = caller_id() and password_hash = $1

-- name: user_change_password :one
-- old hash, new hash, the session that stays or null. No row when the password was changed meanwhile
with changed as (
    update users set password_hash = $2, version = version + 1, updated_at = now()
    where id = caller_id() and password_hash = $1
    returning id
), revoked as (
    update sessions set revoked_at = now(), revoked_reason = 'password'
    where user_id = (select id from changed) and revoked_at is null and id is distinct from nullif($3, '')::uuid
    returning 1
), audited as (
    insert into audit_log (action, object_kind, object_id, detail)
    select 'profile.password', 'user', id::text,
           jsonb_build_object('sessions_revoked', (select count(*) from revoked))
    from changed
)
select id from changed

-- name: user_check_same_email :exec
-- e-mail or null. Refused when it is not the caller's: that takes the current password
select raise_outcome('CA422', 'Your current password is needed to change the e-mail address.', 'current_password')
from users where id = caller_id() and email <> $1::citext

-- name: user_check_names :exec
-- user or null, changes (jsonb). Refused when another has the e-mail address or the handle
select case
    when exists (select from users where email = ($2::jsonb ->> 'email')::citext and id is distinct from $1::uuid)
        then raise_outcome('CA409', 'There is an account with this e-mail address already.', 'email')
    when ($2::jsonb ->> 'handle') !~ '^[a-z0-9][a-z0-9._-]{0,38}$'
        then raise_outcome('CA422', 'A handle is made of a to z, 0 to 9, dot, dash and underscore, 39 at most.', 'handle')
    when is_reserved_handle($2::jsonb ->> 'handle')
        then raise_outcome('CA422', 'This handle is reserved.', 'handle')
    when exists (select from principals
                 where handle = ($2::jsonb ->> 'handle')::citext and id is distinct from $1::uuid)
        then raise_outcome('CA409', 'This handle is taken.', 'handle')
    end

-- name: user_check_own_names :exec
-- changes (jsonb). The same for the caller
select case
    when exists (select from users where email = ($1::jsonb ->> 'email')::citext and id is distinct from caller_id())
        then raise_outcome('CA409', 'There is an account with this e-mail address already.', 'email')
    when ($1::jsonb ->> 'handle') !~ '^[a-z0-9][a-z0-9._-]{0,38}$'
        then raise_outcome('CA422', 'A handle is made of a to z, 0 to 9, dot, dash and underscore, 39 at most.', 'handle')
    when is_reserved_handle($1::jsonb ->> 'handle')
        then raise_outcome('CA422', 'This handle is reserved.', 'handle')
    when exists (select from principals
                 where handle = ($1::jsonb ->> 'handle')::citext and id is distinct from caller_id())
        then raise_outcome('CA409', 'This handle is taken.', 'handle')
    end

-- name: user_change_own :exec
-- changes (jsonb: name, handle, email, theme, version)
with named as (
    update principals set name = coalesce($1::jsonb ->> 'name', name),
                          handle = coalesce(($1::jsonb ->> 'handle')::citext, handle)
    where id = caller_id() and $1::jsonb ?| array['name', 'handle']
), changed as (
    update users set email = coalesce(($1::jsonb ->> 'email')::citext, email),
                     theme = coalesce($1::jsonb ->> 'theme', theme), version = version + 1, updated_at = now()
    where id = caller_id() and version = coalesce(($1::jsonb ->> 'version')::int, version)
    returning id
), audited as (
    insert into audit_log (action, object_kind, object_id, detail)
    select 'profile.change', 'user', id::text, $1::jsonb - 'version' from changed
)
select case when not exists (select from changed)
            then raise_outcome('CA409', 'Your profile was changed elsewhere meanwhile. Load it again.') end

-- name: user_list :one
-- limit, cursor, search or null, role or null, state (enabled, disabled) or null. By the time of creation
with page as (
    select u.id, row_number() over (order by u.id) as position, user_json(u, p) as document
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

-- name: user_lock_roles :exec
-- Whoever changes roles waits for whoever does: two administrators cannot remove each other at once
select pg_advisory_xact_lock(hashtextextended('users.roles', 0))

-- name: user_lock_log_ins :exec
-- user. Before anything else of the account is locked, because a request of theirs locks its session first
with held as (
    select from sessions where user_id = $1::uuid order by id for no key update
), used as (
    select from api_tokens where user_id = $1::uuid order by id for no key update
)
select (select count(*) from held), (select count(*) from used)

-- name: user_lock :exec
-- user. To be deleted: after the log-ins and before the rooms, as requests with an Idempotency-Key do
select from users where id = $1::uuid for update

-- name: user_check_change :exec
-- user or null for a new one, changes (jsonb), whether there is a new password ('true' or 'false'). Refused when the
-- caller may not, the version is stale or the last enabled administrator would be lost. Who manages users without being
-- administrator touches no administrator, grants nothing that they do not have, and sets no password of somebody who
-- may more than they, or they could log in as them. What everybody may from the start does not count
select case
    when caller.disabled_at is not null
         or not coalesce(caller.role = 'admin' or 'users.manage' = any (caller.permissions), false)
        then raise_outcome('CA403', 'You do not have the permission to do this.')
    when $1::uuid is not null and target.id is null
        then raise_outcome('CA404', 'There is no such user.')
    when caller.role <> 'admin' and (target.role = 'admin' or $2::jsonb ->> 'role' = 'admin')
        then raise_outcome('CA403', 'Only an administrator may do this to or with an administrator.')
    when exists (select from jsonb_array_elements_text($2::jsonb -> 'permissions') as wanted
                 where wanted <> all (permission_names()))
        then raise_outcome('CA422', 'Permissions are ' || array_to_string(permission_names(), ', ') || '.', 'permissions')
    when caller.role <> 'admin' and exists (
            select from jsonb_array_elements_text($2::jsonb -> 'permissions') as wanted
            where wanted <> all (coalesce(caller.permissions, '{}') || coalesce(target.permissions, '{}')))
        then raise_outcome('CA403', 'You can only grant permissions that you have yourself.')
    when caller.role <> 'admin' and $3::boolean and target.id <> caller.id
         and not target.permissions <@ (caller.permissions || default_permissions())
        then raise_outcome('CA403', 'Only who may as much as this user can set their password.')
    when target.version <> ($2::jsonb ->> 'version')::int
        then raise_outcome('CA409', 'The user was changed by somebody else meanwhile. Load it again.')
    when target.role = 'admin' and target.disabled_at is null
         and ($2::jsonb ->> 'role' = 'user' or ($2::jsonb ->> 'disabled')::boolean)
         and not exists (select from users
                         where role = 'admin' and disabled_at is null and id <> target.id)
        then raise_outcome('CA409', 'This is the last administrator who can log in. Make another one first.')
    end
from (select) as one
left join users caller on caller.id = caller_id()
left join users target on target.id = $1::uuid

-- name: user_create :one
-- the checked body without the password (jsonb: email, name, handle, role, permissions, theme), password hash
with principal as (
    insert into principals (kind, handle, name)
    values ('user', coalesce($1::jsonb ->> 'handle', free_handle(split_part($1::jsonb ->> 'email', '@', 1))),
            coalesce($1::jsonb ->> 'name', left(split_part($1::jsonb ->> 'email', '@', 1), 80)))
    returning *
), created as (
    insert into users (id, email, password_hash, role, permissions, theme)
    select id, $1::jsonb ->> 'email', $2, coalesce($1::jsonb ->> 'role', 'user'),
           case when $1::jsonb ? 'permissions'
                then array(select distinct p from jsonb_array_elements_text($1::jsonb -> 'permissions') as p order by p)
                else default_permissions() end,
           coalesce($1::jsonb ->> 'theme', 'system')
    from principal
    returning *
), audited as (
    insert into audit_log (action, object_kind, object_id, detail)
    select 'user.create', 'user', id::text, jsonb_build_object('email', email, 'role', role, 'permissions', permissions)
    from created
)
select user_json(u, p::principals)::text, u.id from created u join principal p on p.id = u.id

-- name: user_change :exec
-- user, changes (jsonb: email, name, handle, role, permissions, theme, disabled), password hash or null.
-- A new password, another role and disabling end the user's sessions; a new password ends a throttle, too
with before as materialized (
    select u.id, u.email, u.role, u.permissions, u.disabled_at is not null as disabled, p.name, p.handle
    from users u join principals p on p.id = u.id where u.id = $1::uuid
), named as (
    update principals set name = coalesce($2::jsonb ->> 'name', name),
                          handle = coalesce(($2::jsonb ->> 'handle')::citext, handle)
    where id = $1::uuid and $2::jsonb ?| array['name', 'handle']
), changed as (
    update users set email = coalesce(($2::jsonb ->> 'email')::citext, email),
        role = coalesce($2::jsonb ->> 'role', role), theme = coalesce($2::jsonb ->> 'theme', theme),
        permissions = case when $2::jsonb ? 'permissions'
            then array(select distinct p from jsonb_array_elements_text($2::jsonb -> 'permissions') as p order by p)
            else permissions end,
        disabled_at = case ($2::jsonb ->> 'disabled')::boolean
            when true then coalesce(disabled_at, now()) when false then null else disabled_at end,
        password_hash = coalesce($3, password_hash), version = version + 1, updated_at = now()
    where id = $1::uuid
    returning *
), revoked as (
    update sessions set revoked_at = now(),
        revoked_reason = case when changed.disabled_at is not null then 'disabled'
                              when $3 is not null then 'password' else 'admin' end
    from changed, before
    where sessions.user_id = changed.id and sessions.revoked_at is null
      and ($3 is not null or changed.role <> before.role or changed.disabled_at is not null)
    returning 1
), forgiven as (
    delete from login_throttles using changed
    where $3 is not null and subject = 'a:' || lower(changed.email::text)
)
insert into audit_log (action, object_kind, object_id, detail)
select 'user.change', 'user', before.id::text,
       jsonb_build_object('changes', $2::jsonb - 'version', 'before', to_jsonb(before) - 'id',
                          'password', $3 is not null, 'sessions_revoked', (select count(*) from revoked))
from before

-- name: user_stop_runs :exec
-- user, why: stops all that he has asked for. Who looks on hears of it from the runner, or from the room's next number
select count(*) from cancel_runs(array(
    select id from runs where asked_by = $1::uuid and state in ('queued', 'running', 'waiting')), $2)

-- name: user_close_rooms :exec
-- user. Rooms in which nobody else is left go with the account: a private one would be seen by nobody ever again. A
-- public one passes to the caller, see user_leave_rooms
with closed as (
    update rooms set deleted_at = now()
    where deleted_at is null
      and id in (select room_id from room_members where principal_id = $1::uuid)
      and (visibility = 'private' or caller_id() = $1::uuid)
      and not exists (select from room_members m join principals p on p.id = m.principal_id
                      where m.room_id = rooms.id and m.principal_id <> $1::uuid and p.kind = 'user')
    returning id, name
)
insert into audit_log (action, object_kind, object_id, detail)
select 'room.delete', 'room', id::text, jsonb_build_object('name', name, 'because', 'its last member was deleted')
from closed

-- name: user_lock_rooms :exec
-- user. The rooms of a member who leaves, locked in one order
select from rooms
where deleted_at is null and id in (select room_id from room_members where principal_id = $1::uuid)
order by id for no key update

-- name: user_leave_rooms :exec
-- user. Out of all rooms; where it was the last owner, the oldest member becomes owner (viewers last)
with left_rooms as materialized (
    select m.room_id, m.role, r.visibility
    from room_members m join rooms r on r.id = m.room_id
    where m.principal_id = $1::uuid and r.deleted_at is null
), heirs as (
    select l.room_id, coalesce((
        select m.principal_id from room_members m join principals p on p.id = m.principal_id
        where m.room_id = l.room_id and m.principal_id <> $1::uuid and p.kind = 'user'
        order by m.role = 'viewer', m.created_at, m.principal_id limit 1), caller_id()) as principal_id
    from left_rooms l
    where l.role = 'owner' and not exists (
        select from room_members m where m.room_id = l.room_id and m.role = 'owner' and m.principal_id <> $1::uuid)
), promoted as (
    insert into room_members (room_id, principal_id, role) select room_id, principal_id, 'owner' from heirs
    on conflict (room_id, principal_id) do update set role = 'owner'
), removed as (
    delete from room_members where principal_id = $1::uuid
)
select append_event(room_id, 'member', caller_id(), null, null, null, jsonb_strip_nulls(jsonb_build_object(
           'action', action, 'member', author_json(p), 'role', role)))
from (select room_id, 1 as step, 'removed' as action, $1::uuid as member, null as role from left_rooms
      union all
      select room_id, 2, 'role', principal_id, 'owner' from heirs) as told
join principals p on p.id = told.member
order by room_id, step

-- name: user_delete :exec
-- user. The principal stays as a tombstone, because the room log and the audit log refer to it; its handle is free again
with deleted as (
    delete from users where id = $1::uuid returning id, email, role
), buried as (
    update principals set deleted_at = now(), name = 'Deleted user', handle = 'gone-' || replace(id::text, '-', '')
    where id = (select id from deleted)
)
insert into audit_log (action, object_kind, object_id, detail)
select 'user.delete', 'user', id::text, jsonb_build_object('email', email, 'role', role) from deleted
