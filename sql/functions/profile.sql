-- Changes of users to their own accounts.

-- changes: name, handle, email, theme, and the version that they are based on. Another e-mail address takes the current
-- password, which the program has proved then.
create function profile_edit(changes jsonb, proved boolean) returns setof announced language plpgsql as $$
declare
    before jsonb;
begin
    perform from principals where id = caller_id() for no key update; -- as user_edit does
    perform from users where id = caller_id() for no key update;
    before := (user_answer(caller_id())).document::jsonb;
    if exists (select from users where id = caller_id() and version is distinct from (changes ->> 'version')::int) then
        return next announced_stale(before::json);
        return;
    end if;
    if not proved and exists (select from users where id = caller_id() and email <> (changes ->> 'email')::citext) then
        perform raise_outcome('CA422', 'Enter your current password to change the email address.', 'current_password');
    end if;
    perform user_check_names(caller_id(), changes);
    update principals set name = coalesce(changes ->> 'name', name), handle = coalesce((changes ->> 'handle')::citext, handle)
    where id = caller_id() and changes ?| array['name', 'handle'];
    update users set email = coalesce((changes ->> 'email')::citext, email), theme = coalesce(changes ->> 'theme', theme),
                     version = version + 1, updated_at = now()
    where id = caller_id();
    insert into audit_log (action, object_kind, object_id, detail)
    values ('profile.change', 'user', caller_id()::text, document_changes(before, (user_answer(caller_id())).document::jsonb));
    return next user_answer(caller_id());
end $$;

-- proved: the hash of the password that was proved; stays: the session that stays, with its device, or ''. All others of the
-- caller end, and the caller's API tokens with them, unless with_tokens says that they stay.
create function profile_set_password(proved text, hash text, stays text, with_tokens boolean) returns setof announced language plpgsql as $$
declare
    ended bigint;
    revoked bigint := bigint '0';
begin
    update users set password_hash = hash, version = version + 1, updated_at = now()
    where id = caller_id() and password_hash = proved;
    if not found then
        perform raise_outcome('CA409', 'Your password was changed elsewhere. Try again with the new one.');
    end if;
    update sessions set revoked_at = now(), revoked_reason = 'password'
    where user_id = caller_id() and revoked_at is null and id is distinct from nullif(stays, '')::uuid;
    get diagnostics ended = row_count;
    delete from devices
    where user_id = caller_id() and id is distinct from (select device_id from sessions where id = nullif(stays, '')::uuid);
    if not with_tokens then
        revoked := api_tokens_end(caller_id());
    end if;
    insert into audit_log (action, object_kind, object_id, detail)
    values ('profile.password', 'user', caller_id()::text,
            jsonb_build_object('sessions_revoked', ended, 'tokens_revoked', revoked));
    return next announced_answer(null);
    return next announced_end(caller_id());
end $$;
