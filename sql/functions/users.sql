-- A user as the API shows one.
create function user_json(account users, principal principals) returns json language sql stable parallel safe as $$
    select json_build_object('id', account.id, 'email', account.email, 'name', principal.name,
        'handle', principal.handle, 'role', account.role, 'permissions', account.permissions, 'theme', account.theme,
        'disabled', account.disabled_at is not null, 'version', account.version,
        'created_at', api_time(account.created_at))
$$;

-- True when there is no user at all, and then until the end of this transaction nobody else gets this answer: of
-- registrations that race, one makes the first administrator.
create function is_first_user() returns boolean language plpgsql as $$
begin
    if exists (select from users) then
        return false;
    end if;
    perform pg_advisory_xact_lock(hashtextextended('users.first', 0));
    return not exists (select from users);
end $$;
