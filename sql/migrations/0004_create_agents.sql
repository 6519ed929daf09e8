-- Model endpoints and agents.
create table providers (
    id uuid primary key default uuid_v7(),
    name text not null unique check (char_length(name) between 1 and 80),
    kind text not null default 'openai' check (kind in ('openai', 'command')),
    base_url text not null default '' check (char_length(base_url) <= 500),
    key_sealed text,
    default_model text not null default '' check (char_length(default_model) <= 200),
    price_prompt numeric not null default 0 check (price_prompt >= 0),          -- per million tokens
    price_completion numeric not null default 0 check (price_completion >= 0),
    version int not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table agents (
    id uuid primary key references principals,
    kind text not null default 'chat' check (kind in ('chat', 'worker')),
    provider_id uuid references providers,
    model text not null default '' check (char_length(model) <= 200), -- '': the provider's default
    prompt text not null default '' check (char_length(prompt) <= 32000),
    parameters jsonb not null default '{}',      -- temperature, max_tokens, top_p
    context_tokens int not null default 16000 check (context_tokens between 512 and 2000000),
    run_seconds int not null default 300 check (run_seconds between 5 and 3600),
    desired_state text not null default 'started' check (desired_state in ('started', 'stopped')),
    owner_id uuid not null references principals,
    version int not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index agents_owner on agents (owner_id, id);
create index agents_provider on agents (provider_id);

-- Whether the caller has a permission, as prove_caller let them in; administrators have them all. An API token without
-- the scope "admin" brings none of its user's permissions along. In plpgsql, which keeps its plan.
create function caller_may(permission text) returns boolean language plpgsql stable as $$
begin
    return exists (select from users where id = caller_id() and disabled_at is null
                                           and (role = 'admin' or permission = any (permissions)))
           and 'admin' = any (string_to_array(current_setting('coagent.scopes', true), ','));
end $$;

-- {"id","kind","name","handle"} of a principal, null for none.
create function principal_json(principal uuid) returns json language sql stable as $$
    select author_json(p) from principals p where p.id = principal
$$;

-- A provider as the API shows it; the key itself never leaves the database unsealed.
create function provider_json(p providers) returns json language sql stable as $$
    select case when caller_may('providers.manage') then
        json_build_object('id', p.id, 'name', p.name, 'kind', p.kind, 'base_url', p.base_url,
                          'has_key', p.key_sealed is not null, 'default_model', p.default_model,
                          'price_prompt', p.price_prompt, 'price_completion', p.price_completion,
                          'version', p.version, 'created_at', api_time(p.created_at))
    else json_build_object('id', p.id, 'name', p.name, 'kind', p.kind, 'default_model', p.default_model) end
$$;

create function agent_json(a agents) returns json language sql stable as $$
    select json_build_object(
        'id', a.id, 'kind', a.kind, 'name', self.name, 'handle', self.handle,
        'provider', (select json_build_object('id', p.id, 'name', p.name) from providers p where p.id = a.provider_id),
        'model', a.model, 'prompt', a.prompt, 'parameters', a.parameters, 'context_tokens', a.context_tokens,
        'run_seconds', a.run_seconds, 'state', a.desired_state, 'owner', principal_json(a.owner_id),
        'rooms', (select count(*) from room_members m join rooms r on r.id = m.room_id
                  where m.principal_id = a.id and r.deleted_at is null),
        'version', a.version, 'created_at', api_time(a.created_at),
        'editable', a.owner_id = caller_id() or caller_may('agents.manage'))
    from principals self where self.id = a.id
$$;

-- The agent, locked for a change by the caller; raises when it is gone, not the caller's, or newer than was seen
-- (seen null: the change does not depend on what was there).
create function agent_for_edit(wanted uuid, seen int) returns agents language plpgsql as $$
declare
    agent agents;
begin
    select a.* into agent from agents a join principals p on p.id = a.id
    where a.id = wanted and p.deleted_at is null for no key update of a;
    if not found then
        perform raise_outcome('CA404', 'There is no such agent.');
    elsif agent.owner_id is distinct from caller_id() and not caller_may('agents.manage') then
        perform raise_outcome('CA403', 'Only its owner, or who may manage agents, may change this agent.');
    elsif seen <> agent.version then
        perform raise_outcome('CA409', 'This agent was changed in the meantime. Load it again.', 'version');
    end if;
    return agent;
end $$;

-- What may be passed on to a model: raises, or returns the parameters as they are.
create function agent_parameters(given jsonb) returns jsonb language plpgsql immutable as $$
declare
    key text;
    value jsonb;
    least numeric;
    most numeric;
begin
    for key, value in select * from jsonb_each(given) loop
        case key
            when 'temperature' then least := 0; most := 2;
            when 'top_p' then least := 0; most := 1;
            when 'max_tokens' then least := 1; most := 1000000;
            else perform raise_outcome('CA422', format('There is no parameter "%s": temperature, top_p and max_tokens are known.',
                                                       left(key, 40)), 'parameters');
        end case;
        if jsonb_typeof(value) <> 'number' or value::numeric < least or value::numeric > most
           or (key = 'max_tokens' and value::numeric <> trunc(value::numeric)) then
            perform raise_outcome('CA422', format('%s must be a%s number from %s to %s.', key,
                case when key = 'max_tokens' then ' whole' else '' end, least, most), 'parameters');
        end if;
    end loop;
    return given;
end $$;

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

-- What people write after @: raises, or returns it in lower case. Null gives null.
create function agent_handle(given text) returns text language plpgsql immutable as $$
begin
    if lower(given) !~ '^[a-z0-9][a-z0-9._-]{0,38}$' then
        perform raise_outcome('CA422', 'Use up to 39 letters, digits, dots, dashes and underscores; begin with a letter or digit.',
                              'handle');
    elsif is_reserved_handle(given) then
        perform raise_outcome('CA422', 'This handle is reserved.', 'handle');
    end if;
    return lower(given);
end $$;
