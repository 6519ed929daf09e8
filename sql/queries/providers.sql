-- Model endpoints. Their keys are sealed by the program; no statement of a handler reads them.

-- name: provider_list :one
-- limit, cursor
with page as (
    select p, row_number() over (order by (p).id) as n
    from (select providers as p from providers
          where id > coalesce(cursor_id($2), '00000000-0000-0000-0000-000000000000') order by id limit $1::int + 1) as found
)
select json_build_object(
    'items', coalesce(json_agg(provider_json(p) order by n) filter (where n <= $1::int), '[]'),
    'next', case when count(*) > $1::int then (array_agg(cursor_of((p).id)) filter (where n = $1::int))[1] end)
from page

-- name: provider_create :exec
-- body, sealed key
with created as (
    insert into providers (name, kind, base_url, key_sealed, default_model, price_prompt, price_completion)
    select b ->> 'name', kind, provider_url(kind, coalesce(b ->> 'base_url', '')), $2, coalesce(b ->> 'default_model', ''),
           coalesce((b ->> 'price_prompt')::numeric, 0), coalesce((b ->> 'price_completion')::numeric, 0)
    from (select $1::jsonb as b, coalesce($1::jsonb ->> 'kind', 'openai') as kind) as given
    returning id, name, kind, base_url
), audited as (
    insert into audit_log (action, object_kind, object_id, detail)
    select 'provider.create', 'provider', id::text, jsonb_build_object('name', name, 'kind', kind, 'base_url', base_url)
    from created
)
select set_config('coagent.object', id::text, true) from created

-- name: provider_edit :exec
-- id, body, sealed key. The key is kept when the body does not speak of it, and only for the same server.
with edited as (
    update providers as p set
        name = coalesce(b ->> 'name', name),
        kind = coalesce(b ->> 'kind', kind),
        base_url = url,
        key_sealed = case when (b ->> 'key_given')::boolean then $3 else key_sealed end,
        default_model = coalesce(b ->> 'default_model', default_model),
        price_prompt = coalesce((b ->> 'price_prompt')::numeric, price_prompt),
        price_completion = coalesce((b ->> 'price_completion')::numeric, price_completion),
        version = version + 1, updated_at = now()
    from (select o.id as wanted, $2::jsonb as b, moved_provider_url(o, $2::jsonb) as url
          from provider_for_edit($1::uuid, ($2::jsonb ->> 'version')::int) as o) as given
    where p.id = wanted
    returning p.id, b
), audited as (
    insert into audit_log (action, object_kind, object_id, detail)
    select 'provider.edit', 'provider', id::text, b - 'version' from edited
)
select set_config('coagent.object', id::text, true) from edited

-- name: provider_touched :one
-- The provider that the statement before it made or changed.
select provider_json(p), p.id from providers p where p.id = current_setting('coagent.object')::uuid

-- name: provider_get :one
select coalesce((select provider_json(p) from providers p where p.id = $1::uuid),
                to_json(raise_outcome('CA404', 'There is no such provider.')::text))

-- name: provider_delete :exec
with locked as (
    select o.id, o.name from provider_for_edit($1::uuid, null) as o
), audited as (
    insert into audit_log (action, object_kind, object_id, detail)
    select 'provider.delete', 'provider', id::text, jsonb_build_object('name', name) from locked
)
select remove_provider(id) from locked

-- name: provider_check :one
-- Queues the run that asks the endpoint for its models; answers the run.
with checked as (
    insert into runs (kind, priority, asked_by, inputs)
    select 'housekeeping', 10, caller_id(), jsonb_build_object('task', 'provider.check', 'provider', o.id)
    from provider_for_edit($1::uuid, null) as o
    returning *
), told as (
    select pg_notify('run_queued', id::text) from checked
), audited as (
    insert into audit_log (action, object_kind, object_id, detail)
    select 'provider.check', 'provider', $1, jsonb_build_object('run', id) from checked
)
select json_build_object('run', run_json(row(checked.*)::runs)) from checked, told

-- name: provider_endpoint :one
-- For the runner: where it is and with which key.
select kind, base_url, key_sealed from providers where id = $1::uuid
