-- A provider as the API shows it; the key itself never leaves the database unsealed.
create function provider_json(p providers) returns json language sql stable as $$
    select case when caller_may('providers.manage') then
        json_build_object('id', p.id, 'name', p.name, 'kind', p.kind, 'base_url', p.base_url,
                          'has_key', p.key_sealed is not null, 'default_model', p.default_model,
                          'price_prompt', p.price_prompt, 'price_completion', p.price_completion,
                          'version', p.version, 'created_at', api_time(p.created_at))
    else json_build_object('id', p.id, 'name', p.name, 'kind', p.kind, 'default_model', p.default_model) end
$$;

-- The base URL of an address that people copy from an example of a request: without its last parts.
create function base_url(url text) returns text language sql immutable as $$
    select rtrim(regexp_replace(rtrim(url, '/'), '/(chat/completions|completions|responses|models|embeddings)$', '', 'i'), '/')
$$;

-- Where a provider is: the administrator's choice, but only http and https.
create function provider_url(kind text, url text) returns text language plpgsql immutable as $$
begin
    if kind = 'openai' and url !~* '^https?://[^/?#[:space:]@]+(/[^?#[:space:]]*)?$' then
        perform raise_outcome('CA422',
                              'Enter the base URL of the API with http:// or https:// and a host, for example https://api.openai.com/v1.',
                              'base_url');
    end if;
    return case when kind = 'openai' then base_url(url) else '' end;
end $$;

-- The provider, locked for a change that the guard has permitted.
create function provider_lock(wanted uuid) returns providers language plpgsql as $$
declare
    provider providers;
begin
    select * into provider from providers where id = wanted for no key update;
    if not found then
        perform raise_outcome('CA404', 'Provider not found.');
    end if;
    return provider;
end $$;

-- Where a provider is after a change. A stored key goes to the server that it was entered for, and to no other: else who
-- may manage providers, but was never told the key, would have it sent to a server of their own.
create function moved_provider_url(provider providers, change jsonb) returns text language plpgsql stable as $$
declare
    url text := provider_url(coalesce(change ->> 'kind', provider.kind), coalesce(change ->> 'base_url', provider.base_url));
    server constant text := '^[^/]*//[^/]*';
begin
    if provider.key_sealed is not null and not change ? 'key_given' and url <> ''
       and lower(substring(url from server)) is distinct from lower(substring(provider.base_url from server)) then
        perform raise_outcome('CA422', 'The stored key belongs to the previous server address. Enter the key again or remove it.', 'key');
    end if;
    return url;
end $$;

-- Raises when a provider (null: a new one) may not get this name.
create function provider_check_name(me uuid, wanted text) returns void language plpgsql stable as $$
begin
    perform refuse_taken_name('provider', wanted, (
        select name from providers where name_key(name) = name_key(wanted) and id is distinct from me
        order by name::citext = wanted::citext desc limit 1));
end $$;

create function provider_create(body jsonb, sealed_key text) returns setof announced language plpgsql as $$
declare
    the_kind constant text := coalesce(body ->> 'kind', 'openai');
    made providers;
begin
    perform provider_check_name(null, body ->> 'name');
    insert into providers (name, kind, base_url, key_sealed, default_model, price_prompt, price_completion)
    values (body ->> 'name', the_kind, provider_url(the_kind, coalesce(body ->> 'base_url', '')), sealed_key,
            coalesce(body ->> 'default_model', ''), coalesce((body ->> 'price_prompt')::numeric, 0),
            coalesce((body ->> 'price_completion')::numeric, 0))
    returning * into made;
    insert into audit_log (action, object_kind, object_id, detail)
    values ('provider.create', 'provider', made.id::text,
            jsonb_build_object('name', made.name, 'kind', made.kind, 'base_url', made.base_url));
    return next announced_answer(provider_json(made));
end $$;

-- Changes what the body names, if its version is the present one. The key is kept when the body does not speak of it, and
-- only for the same server.
create function provider_edit(wanted uuid, body jsonb, sealed_key text) returns setof announced language plpgsql as $$
declare
    provider providers := provider_lock(wanted);
    before constant jsonb := provider_json(provider)::jsonb;
    url text;
begin
    if (body ->> 'version')::int is distinct from provider.version then
        return next announced_stale(before::json);
        return;
    end if;
    if body ->> 'name' <> provider.name then
        perform provider_check_name(wanted, body ->> 'name');
    end if;
    url := moved_provider_url(provider, body);
    update providers as p set
        name = coalesce(body ->> 'name', p.name), twin = case when body ->> 'name' <> p.name then 0 else p.twin end,
        kind = coalesce(body ->> 'kind', p.kind), base_url = url,
        key_sealed = case when (body ->> 'key_given')::boolean then sealed_key else p.key_sealed end,
        default_model = coalesce(body ->> 'default_model', p.default_model),
        price_prompt = coalesce((body ->> 'price_prompt')::numeric, p.price_prompt),
        price_completion = coalesce((body ->> 'price_completion')::numeric, p.price_completion),
        version = p.version + 1, updated_at = now()
    where p.id = wanted
    returning * into provider;
    insert into audit_log (action, object_kind, object_id, detail)
    values ('provider.edit', 'provider', wanted::text, document_changes(before, provider_json(provider)::jsonb) || jsonb_build_object(
        'name', provider.name, 'key', coalesce((body ->> 'key_given')::boolean, false)));
    return next announced_answer(provider_json(provider));
end $$;

-- Agents that use a provider keep it from being removed; those that are deleted do not.
create function provider_delete(wanted uuid) returns setof announced language plpgsql as $$
declare
    provider providers := provider_lock(wanted);
    users_of text;
begin
    select string_agg('@' || p.handle, ', ' order by p.handle) into users_of
    from agents a join principals p on p.id = a.id where a.provider_id = wanted and p.deleted_at is null;
    if users_of is not null then
        perform raise_outcome('CA409', 'This provider is used by ' || users_of || '. Assign another one to them first.');
    end if;
    delete from providers where id = wanted;
    insert into audit_log (action, object_kind, object_id, detail)
    values ('provider.delete', 'provider', wanted::text, jsonb_build_object('name', provider.name));
    return next announced_answer(null);
end $$;

-- Queues the run that asks the endpoint for its models; answers {"run"}.
create function provider_check(wanted uuid) returns setof announced language plpgsql as $$
declare
    provider providers := provider_lock(wanted);
    made runs;
begin
    insert into runs (kind, priority, asked_by, inputs, inputs_plain)
    values ('housekeeping', 10, caller_id(), jsonb_build_object('task', 'provider.check', 'provider', provider.id), false)
    returning * into made;
    perform pg_notify('run_queued', made.id::text);
    insert into audit_log (action, object_kind, object_id, detail)
    values ('provider.check', 'provider', wanted::text, jsonb_build_object('run', made.id));
    return next announced_answer(json_build_object('run', run_json(made)));
end $$;
