-- A log-in: the session and the device that it comes from. No row when the account of the caller was disabled, or its
-- password changed since it was proved.
create function session_start(family text, refresh text, days int, client text, action text, proved text, given text, fresh text)
returns table (session_id uuid, user_id uuid, document text, is_fresh boolean) language plpgsql as $$
declare
    account users;
    device uuid;
begin
    select * into account from users where id = caller_id() and disabled_at is null and password_hash = proved;
    if not found then
        return;
    end if;
    update devices d set last_seen_at = now(), expires_at = now() + interval '1 year'
    where d.token_hash = given and d.user_id = account.id and d.expires_at > now()
    returning d.id into device;
    is_fresh := device is null and fresh <> '';
    if is_fresh then
        device := device_add(account.id, given, fresh);
    end if;
    insert into sessions as s (user_id, family_hash, refresh_hash, address, agent, expires_at, device_id)
    values (account.id, family, refresh, nullif(current_setting('coagent.address', true), '')::inet, left(client, 300),
            now() + make_interval(days => days), device)
    returning s.id into session_id;
    insert into audit_log (action, object_kind, object_id, detail)
    values (session_start.action, 'session', session_id::text, jsonb_build_object('agent', left(client, 300)));
    user_id := account.id;
    select user_json(account, p)::text into document from principals p where p.id = account.id;
    return next;
end $$;

-- A browser in which the user logs in for the first time. Its cookie becomes a new one, also for its other users: whoever
-- planted the old one does not know it. A user has at most 100 devices; the one that was used last long ago is forgotten.
create function device_add(who uuid, given text, fresh text) returns uuid language plpgsql as $$
declare
    added uuid;
begin
    update devices set token_hash = fresh where token_hash = given;
    insert into devices (user_id, token_hash, expires_at) values (who, fresh, now() + interval '1 year')
    returning id into added;
    delete from devices where id = any (array(
        select id from devices where user_id = who order by last_seen_at desc, id desc offset 100));
    return added;
end $$;

-- Ends one of the caller's live sessions. why: user, or logout, which is the caller's own. A session that the user ends
-- from elsewhere takes its device along, which may be lost.
create function session_revoke(wanted uuid, why text) returns setof announced language plpgsql as $$
declare
    device uuid;
begin
    update sessions set revoked_at = now(), revoked_reason = why
    where id = wanted and user_id = caller_id() and revoked_at is null and expires_at > now()
    returning device_id into device;
    if not found then
        perform raise_outcome('CA404', 'Session not found.');
    end if;
    delete from devices where id = device and why = 'user';
    insert into audit_log (action, object_kind, object_id)
    values (case why when 'logout' then 'auth.logout' else 'session.revoke' end, 'session', wanted::text);
    return next announced_answer(null);
    return next announced_end(caller_id());
end $$;
