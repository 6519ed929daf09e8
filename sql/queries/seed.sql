-- What a fresh studio finds: each of these does its work once, when there is an administrator to own it, and not again
-- after somebody has removed it. They stand behind the statement that makes the administrator, in the same pipeline.

-- name: seed_studio :exec
-- The built-in commands, and the agent that answers them.
with owner as (
    select id from users where role = 'admin' and disabled_at is null order by id limit 1
), once as (
    insert into settings (key, value) select 'seeded.studio', 'true' from owner on conflict do nothing returning key
), provider as (
    insert into providers (name, kind) select 'Built-in commands', 'command' from once
    on conflict do nothing returning id, name
), principal as (
    insert into principals (kind, handle, name) select 'agent', free_handle('studio'), 'Studio' from provider
    returning id, name
), agent as (
    insert into agents (id, provider_id, owner_id)
    select principal.id, provider.id, owner.id from principal, provider, owner
    returning id
)
insert into audit_log (action, object_kind, object_id, detail)
select 'provider.create', 'provider', id::text, jsonb_build_object('name', name, 'seeded', true) from provider
union all
select 'agent.create', 'agent', id::text, jsonb_build_object('name', name, 'seeded', true) from principal
where id in (select id from agent)

-- name: seed_welcome :exec
-- The room in which the first administrator finds that agent.
select seed_welcome()

-- name: seed_assistant :exec
-- address, sealed key or null, model, fingerprint of the three: the endpoint that the settings name, and an agent on it.
-- Other settings later change the provider, until somebody has edited it.
with owner as (
    select id from users where role = 'admin' and disabled_at is null order by id limit 1
), once as (
    insert into settings (key, value) select 'seeded.assistant', to_jsonb($4::text) from owner
    on conflict (key) do update set value = excluded.value, updated_at = now()
    where settings.value is distinct from excluded.value
    returning xmax = 0 as fresh
), moved as (
    update providers set base_url = base_url($1), key_sealed = $2, default_model = $3, updated_at = now()
    from once where not fresh and name = 'Default model' and kind = 'openai' and version = 1
    returning id, name
), provider as (
    insert into providers (name, kind, base_url, key_sealed, default_model)
    select 'Default model', 'openai', base_url($1), $2, $3 from once where fresh
    on conflict do nothing returning id, name
), principal as (
    insert into principals (kind, handle, name) select 'agent', free_handle('assistant'), 'Assistant' from provider
    returning id, name
), agent as (
    insert into agents (id, provider_id, owner_id, prompt)
    select principal.id, provider.id, owner.id,
           'You are a helpful member of a team that works together in this room. Answer briefly and exactly; say so '
           'when you do not know.'
    from principal, provider, owner
    returning id
)
insert into audit_log (action, object_kind, object_id, detail)
select 'provider.create', 'provider', id::text, jsonb_build_object('name', name, 'seeded', true) from provider
union all
select 'provider.edit', 'provider', id::text, jsonb_build_object('name', name, 'seeded', true) from moved
union all
select 'agent.create', 'agent', id::text, jsonb_build_object('name', name, 'seeded', true) from principal
where id in (select id from agent)
