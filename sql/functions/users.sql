-- A user as the API shows one.
create function user_json(account users, principal principals) returns json language sql stable parallel safe as $$
    select json_build_object('id', account.id, 'email', account.email, 'name', principal.name,
        'handle', principal.handle, 'role', account.role, 'permissions', account.permissions, 'theme', account.theme,
        'disabled', account.disabled_at is not null, 'version', account.version,
        'created_at', api_time(account.created_at))
$$;

-- The handles of others, agents too, that are easily taken for this one: some of them.
create function handles_that_look_like(principal principals) returns jsonb language sql stable as $$
    select coalesce(jsonb_agg(handle order by handle), '[]')
    from (select handle from principals
          where handle_key(handle::text) = handle_key(principal.handle::text) and deleted_at is null and id <> principal.id
          limit 3) as others
$$;

-- The same for who manages users: with what the runs of the user have stored.
create function account_json(account users, principal principals) returns json language sql stable as $$
    select (user_json(account, principal)::jsonb
            || jsonb_build_object('storage', storage_json(account.id), 'storage_mb', account.storage_mb,
                                  'looks_like', handles_that_look_like(principal)))::json
$$;

create function user_answer(who uuid) returns announced language sql stable as $$
    select announced_answer(user_json(u, p)) from users u join principals p on p.id = u.id where u.id = who
$$;

-- Raises when another than this user (null: a new one) has the e-mail address or the handle.
create function user_check_names(who uuid, changes jsonb) returns void language plpgsql as $$
declare
    new_email constant citext := (changes ->> 'email')::citext;
    new_handle constant text := changes ->> 'handle';
begin
    if exists (select from users where name_key(email::text) = name_key(new_email::text) and id is distinct from who) then
        perform raise_outcome('CA409', 'An account with this email address already exists.', 'email');
    elsif new_handle !~ '^[a-z0-9][a-z0-9._-]{0,38}$' then
        perform raise_outcome('CA422', 'Use at most 39 characters from a to z, 0 to 9, dot, dash and underscore.', 'handle');
    elsif is_reserved_handle(new_handle) then
        perform raise_outcome('CA422', 'This handle is reserved.', 'handle');
    elsif exists (select from principals where handle = new_handle::citext and id is distinct from who) then
        perform raise_outcome('CA409', 'This handle is already in use.', 'handle');
    end if;
end $$;

-- Locks what every change of an account begins with: who changes roles waits for others who do, so that two administrators
-- cannot remove each other at once; and the log-ins of the user before anything else of the account, because a request of
-- theirs locks its session first.
create function user_lock(who uuid) returns void language plpgsql as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('users.roles', 0));
    perform from sessions where user_id = who order by id for no key update;
    perform from api_tokens where user_id = who order by id for no key update;
end $$;

-- Raises when the caller may not make this change of a user (null: a new one), or the last enabled
-- administrator would be lost. The caller is looked at again behind the lock, which an administrator may have held who took
-- their permission away. Users who manage users without being administrators touch no administrator, grant nothing that they
-- do not have, take nothing away that they do not have, and set no password of somebody who may more than they, or they could
-- log in as them. What everybody may from
-- the start does not count.
create function user_check_change(who uuid, changes jsonb, with_password boolean) returns void language plpgsql as $$
declare
    caller users;
    target users;
    wanted constant text[] := array(select jsonb_array_elements_text(changes -> 'permissions'));
begin
    select * into caller from users where id = caller_id();
    select * into target from users where id = who;
    if not caller_may('users.manage') then
        perform raise_outcome('CA403', 'You do not have the permission to do this.');
    elsif who is not null and target.id is null then
        perform raise_outcome('CA404', 'User not found.');
    elsif caller.role <> 'admin' and (target.role = 'admin' or changes ->> 'role' = 'admin') then
        perform raise_outcome('CA403', 'Only an administrator can change or create administrators.');
    elsif not wanted <@ permission_names() then
        perform raise_outcome('CA422', 'Permissions are ' || array_to_string(permission_names(), ', ') || '.', 'permissions');
    elsif caller.role <> 'admin' and not wanted <@ (coalesce(caller.permissions, '{}') || coalesce(target.permissions, '{}')) then
        perform raise_outcome('CA403', 'You can only grant permissions that you have yourself.');
    elsif caller.role <> 'admin' and changes ? 'permissions' and target.id <> caller.id
          and not target.permissions <@ (wanted || coalesce(caller.permissions, '{}') || default_permissions()) then
        perform raise_outcome('CA403', 'You can only take away permissions that you have yourself.');
    elsif caller.role <> 'admin' and with_password and target.id <> caller.id
          and not target.permissions <@ (caller.permissions || default_permissions()) then
        perform raise_outcome('CA403', 'You can only set the password of users whose permissions you have yourself.');
    elsif coalesce(target.role = 'admin' and target.disabled_at is null
                   and (changes ->> 'role' = 'user' or (changes ->> 'disabled')::boolean), false)
          and not exists (select from users where role = 'admin' and disabled_at is null and id <> target.id) then
        perform raise_outcome('CA409', 'This is the last administrator who can log in. Make another user an administrator first.');
    end if;
end $$;

-- The permissions of a body in their order, each once; null when it does not speak of them.
create function user_permissions(body jsonb) returns text[] language sql immutable as $$
    select case when body ? 'permissions'
                then array(select distinct p from jsonb_array_elements_text(body -> 'permissions') as p order by p) end
$$;

-- body: the checked fields without the password (email, name, handle, role, permissions, theme).
create function user_create(body jsonb, hash text) returns setof announced language plpgsql as $$
declare
    local_part constant text := split_part(body ->> 'email', '@', 1);
    self principals;
    account users;
begin
    perform user_lock(null);
    perform user_check_change(null, body, true);
    perform user_check_names(null, body);
    insert into principals (kind, handle, name)
    values ('user', coalesce(body ->> 'handle', free_handle(local_part)), coalesce(body ->> 'name', left(local_part, 80)))
    returning * into self;
    insert into users (id, email, password_hash, role, permissions, theme)
    values (self.id, body ->> 'email', hash, coalesce(body ->> 'role', 'user'),
            coalesce(user_permissions(body), default_permissions()), coalesce(body ->> 'theme', 'system'))
    returning * into account;
    insert into audit_log (action, object_kind, object_id, detail)
    values ('user.create', 'user', self.id::text,
            jsonb_build_object('email', account.email, 'role', account.role, 'permissions', account.permissions));
    return next announced_answer(account_json(account, self));
end $$;

-- Changes what the body names (email, name, handle, role, permissions, theme, disabled), if its version is the present one,
-- and the password, when there is a hash. A new password, another role and disabling end the user's sessions; a new password
-- ends the API tokens and a throttle, too, and forgets the devices; disabling stops what the user has asked for.
create function user_edit(who uuid, changes jsonb, hash text) returns setof announced language plpgsql as $$
declare
    before jsonb;
    named principals;
    old users;
    account users;
    stopped announced[];
    ended bigint;
    revoked bigint := bigint '0';
begin
    perform user_lock(who);
    perform user_check_change(who, changes, hash is not null);
    perform from principals where id = who for no key update; -- the user may edit their profile
    select * into old from users where id = who for no key update;
    if (changes ->> 'version')::int is distinct from old.version then
        return query select (announced_stale(account_json(old, self))).* from principals self where self.id = who;
        return;
    end if;
    perform user_check_names(who, changes);
    if (changes ->> 'disabled')::boolean then
        stopped := array(select c from cancel_runs(array(
            select id from runs where asked_by = who and state in ('queued', 'running', 'waiting')),
            'The user who started this was disabled.') c);
    end if;
    select user_json(old, p)::jsonb into before from principals p where id = who;
    update principals set name = coalesce(changes ->> 'name', name), handle = coalesce((changes ->> 'handle')::citext, handle)
    where id = who and changes ?| array['name', 'handle'];
    update users set email = coalesce((changes ->> 'email')::citext, email), role = coalesce(changes ->> 'role', role),
        theme = coalesce(changes ->> 'theme', theme), permissions = coalesce(user_permissions(changes), permissions),
        storage_mb = case when changes ? 'storage_mb' then (changes ->> 'storage_mb')::int else storage_mb end,
        disabled_at = case (changes ->> 'disabled')::boolean
            when true then coalesce(disabled_at, now()) when false then null else disabled_at end,
        password_hash = coalesce(hash, password_hash), version = version + 1, updated_at = now()
    where id = who
    returning * into account;
    update sessions set revoked_at = now(),
        revoked_reason = case when account.disabled_at is not null then 'disabled' when hash is not null then 'password' else 'admin' end
    where user_id = who and revoked_at is null
      and (hash is not null or account.role <> old.role or account.disabled_at is not null);
    get diagnostics ended = row_count;
    if hash is not null then
        revoked := api_tokens_end(who);
    end if;
    delete from devices where user_id = who and (hash is not null or account.disabled_at is not null);
    delete from login_throttles where hash is not null and login_throttles.account = lower(account.email::text);
    select * into named from principals where id = who;
    insert into audit_log (action, object_kind, object_id, detail)
    values ('user.change', 'user', who::text,
            document_changes(before || jsonb_build_object('storage_mb', old.storage_mb),
                             user_json(account, named)::jsonb || jsonb_build_object('storage_mb', account.storage_mb))
            || jsonb_build_object('name', named.name, 'password', hash is not null, 'sessions_revoked', ended, 'tokens_revoked', revoked));
    return next announced_answer((select account_json(u, p) from users u join principals p on p.id = u.id where u.id = who));
    return next announced_end(who);
    return query select * from unnest(stopped);
end $$;
