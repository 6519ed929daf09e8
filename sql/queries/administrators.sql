-- Administrators made at the command line (coagentctl create-admin).

-- name: administrator_find :one
-- email: whether there is such a user
select exists (select from users where email = $1::citext)

-- name: administrator_ensure :one
-- email, name, password hash or null: makes the user, or makes an existing one an enabled administrator. A hash for an
-- existing user is a new password, and ends the sessions, devices and API tokens. Answers {"created","changed","user"}.
with found as materialized (
    select id from users where email = $1::citext for update
), principal as (
    insert into principals as p (kind, handle, name)
    select 'user', free_handle(split_part($1, '@', 1)), $2 where not exists (select from found)
    returning id, p as whole
), created as (
    insert into users as u (id, email, password_hash, role) select id, $1, $3, 'admin' from principal
    returning id, email, role, u as whole
), changed as (
    update users u set role = 'admin', disabled_at = null, password_hash = coalesce($3, password_hash),
                       version = version + 1, updated_at = now()
    where id in (select id from found) and (role <> 'admin' or disabled_at is not null or $3 is not null)
    returning id, u as whole
), ended as (
    update sessions set revoked_at = now(), revoked_reason = 'password'
    where user_id in (select id from changed) and $3 is not null and revoked_at is null
), forgotten as (
    delete from devices where user_id in (select id from changed) and $3 is not null
), revoked as (
    delete from api_tokens where user_id in (select id from changed) and $3 is not null
), audited as (
    insert into audit_log (action, object_kind, object_id, detail)
    select 'user.create', 'user', id::text, jsonb_build_object('email', email, 'role', role, 'by', 'coagentctl')
    from created
    union all
    select 'user.edit', 'user', id::text,
           jsonb_build_object('role', 'admin', 'password', $3 is not null, 'by', 'coagentctl')
    from changed
), account as (
    select id, whole from created
    union all
    select id, whole from changed
    union all
    select id, u from users u join found using (id) where not exists (select from changed)
)
select json_build_object(
    'created', exists (select from created), 'changed', exists (select from changed),
    'user', user_json(whole, coalesce((select whole from principal),
                                      (select p from principals p where p.id = account.id))))
from account
