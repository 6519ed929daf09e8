-- A provider as the API shows it; the key itself never leaves the database unsealed.
create function provider_json(p providers) returns json language sql stable as $$
    select case when caller_may('providers.manage') then
        json_build_object('id', p.id, 'name', p.name, 'kind', p.kind, 'base_url', p.base_url,
                          'has_key', p.key_sealed is not null, 'default_model', p.default_model,
                          'price_prompt', p.price_prompt, 'price_completion', p.price_completion,
                          'version', p.version, 'created_at', api_time(p.created_at))
    else json_build_object('id', p.id, 'name', p.name, 'kind', p.kind, 'default_model', p.default_model) end
$$;

-- Where a provider is: the administrator's choice, but only http and https.
create function provider_url(kind text, url text) returns text language plpgsql immutable as $$
begin
    if kind = 'openai' and url !~* '^https?://[^/?#[:space:]@]+(/[^?#[:space:]]*)?$' then
        perform raise_outcome('CA422', 'Give the address of the API as http:// or https:// with a host, for example https://api.openai.com/v1.',
                              'base_url');
    end if;
    return case when kind = 'openai' then rtrim(url, '/') else '' end;
end $$;

-- The provider, locked for a change by the caller, whose permission the guard has proved.
create function provider_for_edit(wanted uuid, seen int) returns providers language plpgsql as $$
declare
    provider providers;
begin
    select * into provider from providers where id = wanted for no key update;
    if not found then
        perform raise_outcome('CA404', 'There is no such provider.');
    elsif seen <> provider.version then
        perform raise_outcome('CA409', 'This provider was changed in the meantime. Load it again.', 'version');
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
        perform raise_outcome('CA422', 'Enter the key again, or remove it: the stored one belongs to the server until now.', 'key');
    end if;
    return url;
end $$;

-- Agents that use a provider keep it from being removed; those that are deleted do not.
create function remove_provider(wanted uuid) returns void language plpgsql as $$
declare
    users_of text;
begin
    select string_agg('@' || p.handle, ', ' order by p.handle) into users_of
    from agents a join principals p on p.id = a.id where a.provider_id = wanted and p.deleted_at is null;
    if users_of is not null then
        perform raise_outcome('CA409', 'This provider is used by ' || users_of || '. Give them another one first.');
    end if;
    delete from providers where id = wanted;
end $$;
