create function api_token_json(token api_tokens) returns json language sql stable as $$
    select json_build_object('id', token.id, 'name', token.name, 'scopes', token.scopes, 'expires_at', api_time(token.expires_at),
                             'last_used_at', api_time(token.last_used_at), 'created_at', api_time(token.created_at))
$$;

-- body: the checked name, scopes and expires_at. Only the SHA-256 of the token is kept.
create function api_token_create(body jsonb, digest text) returns setof announced language plpgsql as $$
declare
    made api_tokens;
begin
    if body -> 'scopes' = '[]' or exists (
        select from jsonb_array_elements_text(body -> 'scopes') as scope where scope <> all (scope_names())) then
        perform raise_outcome('CA422', 'Scopes are one or more of ' || array_to_string(scope_names(), ', ') || '.', 'scopes');
    elsif (body ->> 'expires_at')::timestamptz <= now() then
        perform raise_outcome('CA422', 'The expiry time is in the past.', 'expires_at');
    elsif (select count(*) from api_tokens where user_id = caller_id()) >= 50 then
        perform raise_outcome('CA409', 'You have 50 API tokens already. Revoke an unused one first.');
    end if;
    insert into api_tokens (user_id, name, token_hash, scopes, expires_at)
    values (caller_id(), body ->> 'name', digest,
            array(select distinct scope from jsonb_array_elements_text(body -> 'scopes') as scope order by scope),
            (body ->> 'expires_at')::timestamptz)
    returning * into made;
    insert into audit_log (action, object_kind, object_id, detail)
    values ('token.create', 'api_token', made.id::text,
            jsonb_build_object('name', made.name, 'scopes', made.scopes, 'expires_at', api_time(made.expires_at)));
    return next announced_answer(api_token_json(made));
end $$;

-- Revokes all API tokens of a user, whose password has changed, and those of their runs. Returns how many there were, without
-- those of runs.
create function api_tokens_end(who uuid) returns bigint language plpgsql as $$
declare
    ended bigint;
begin
    delete from api_tokens where user_id = who;
    get diagnostics ended = row_count;
    delete from run_tokens where user_id = who;
    return ended;
end $$;

-- One of the caller's. The sockets that were opened with it are not told apart from the caller's others: all are asked again.
create function api_token_revoke(wanted uuid) returns setof announced language plpgsql as $$
declare
    gone api_tokens;
begin
    delete from api_tokens where id = wanted and user_id = caller_id() returning * into gone;
    if not found then
        perform raise_outcome('CA404', 'API token not found.');
    end if;
    insert into audit_log (action, object_kind, object_id, detail)
    values ('token.revoke', 'api_token', wanted::text, jsonb_build_object('name', gone.name));
    return next announced_answer(null);
    return next announced_end(caller_id());
end $$;
