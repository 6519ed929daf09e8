-- Ends one of the caller's live sessions. why: user, or logout, which is the caller's own.
create function session_revoke(wanted uuid, why text) returns setof announced language plpgsql as $$
begin
    update sessions set revoked_at = now(), revoked_reason = why
    where id = wanted and user_id = caller_id() and revoked_at is null and expires_at > now();
    if not found then
        perform raise_outcome('CA404', 'Session not found.');
    end if;
    insert into audit_log (action, object_kind, object_id)
    values (case why when 'logout' then 'auth.logout' else 'session.revoke' end, 'session', wanted::text);
    return next announced_answer(null);
    return next announced_renewal(caller_id());
end $$;
