-- Agents. What a change announces comes as rows of (document, channel), the answer first: see announce.h.

-- name: agent_list :one
-- limit, cursor
with page as (
    select a, row_number() over (order by (a).id) as n
    from (select agents as a from agents join principals on principals.id = agents.id and deleted_at is null
          where agents.id > coalesce(cursor_id($2), '00000000-0000-0000-0000-000000000000')
          order by agents.id limit $1::int + 1) as found
)
select json_build_object(
    'items', coalesce(json_agg(agent_json(a) order by n) filter (where n <= $1::int), '[]'),
    'next', case when count(*) > $1::int then (array_agg(cursor_of((a).id)) filter (where n = $1::int))[1] end)
from page

-- name: agent_create :exec
-- body
with self as (
    insert into principals (kind, handle, name) select 'agent', agent_handle(b ->> 'handle'), b ->> 'name'
    from (select $1::jsonb as b) as given
    returning id, handle, name
), created as (
    insert into agents (id, provider_id, model, prompt, parameters, context_tokens, run_seconds, owner_id)
    select self.id, (b ->> 'provider_id')::uuid, coalesce(b ->> 'model', ''), coalesce(b ->> 'prompt', ''),
           agent_parameters(coalesce(b -> 'parameters', '{}')), coalesce((b ->> 'context_tokens')::int, 16000),
           coalesce((b ->> 'run_seconds')::int, 300), caller_id()
    from self, (select $1::jsonb as b) as given
    returning id
), audited as (
    insert into audit_log (action, object_kind, object_id, detail)
    select 'agent.create', 'agent', id::text, jsonb_build_object('handle', handle, 'name', name) from self
)
select set_config('coagent.object', id::text, true) from created

-- name: agent_edit :exec
-- id, body
with edited as (
    update agents as a set
        provider_id = case when b ? 'provider_id' then (b ->> 'provider_id')::uuid else a.provider_id end,
        model = coalesce(b ->> 'model', a.model),
        prompt = coalesce(b ->> 'prompt', a.prompt),
        parameters = agent_parameters(coalesce(b -> 'parameters', a.parameters)),
        context_tokens = coalesce((b ->> 'context_tokens')::int, a.context_tokens),
        run_seconds = coalesce((b ->> 'run_seconds')::int, a.run_seconds),
        version = a.version + 1, updated_at = now()
    from agent_lock($1::uuid, ($2::jsonb ->> 'version')::int) as o, (select $2::jsonb as b) as given
    where a.id = o.id
    returning a.id, b
), named as (
    update principals as p set handle = coalesce(agent_handle(b ->> 'handle'), p.handle), name = coalesce(b ->> 'name', p.name)
    from edited where p.id = edited.id
), audited as (
    insert into audit_log (action, object_kind, object_id, detail)
    select 'agent.edit', 'agent', id::text, b - 'version' - 'prompt' from edited
)
select set_config('coagent.object', id::text, true) from edited

-- name: agent_touched :one
-- The agent that the statement before it made or changed.
select agent_json(a), a.id from agents a where a.id = current_setting('coagent.object')::uuid

-- name: agent_get :one
select agent_json(a) from agents a where a.id = $1::uuid

-- name: agent_start :many
with agent as (
    update agents as a set desired_state = 'started', version = a.version + 1, updated_at = now()
    from agent_lock($1::uuid, null) as o where a.id = o.id
    returning a.*
), audited as (
    insert into audit_log (action, object_kind, object_id) select 'agent.start', 'agent', id::text from agent
)
select agent_json(row(agent.*)::agents)::text, null from agent

-- name: agent_stop :many
-- id, the state after it (stopped; started for a restart). Its live runs are cancelled.
with agent as (
    update agents as a set desired_state = $2, version = a.version + 1, updated_at = now()
    from agent_lock($1::uuid, null) as o where a.id = o.id
    returning a.*
), audited as (
    insert into audit_log (action, object_kind, object_id)
    select case $2 when 'stopped' then 'agent.stop' else 'agent.restart' end, 'agent', id::text from agent
)
select agent_json(row(agent.*)::agents)::text, null from agent
union all
select c.document, c.channel
from agent, cancel_runs(array(select id from runs where agent_id = agent.id and state in ('queued', 'running', 'waiting')),
                        'The agent was stopped.') as c

-- name: agent_delete :many
-- Its name stays in what it wrote; its handle becomes free, and it leaves its rooms.
select null as document, null as channel
union all
select document, channel from remove_agent($1::uuid)

-- name: agent_logs :one
-- id, limit, cursor: its newest runs, for who may edit it; others see those of rooms that they see.
with page as (
    select r, row_number() over (order by (r).id desc) as n
    from (select runs as r from runs
          where agent_id = $1::uuid and id < coalesce(cursor_id($3), 'ffffffff-ffff-ffff-ffff-ffffffffffff') and run_role(runs) is not null
          order by id desc limit $2::int + 1) as found
)
select json_build_object(
    'items', coalesce(json_agg(run_json(r) order by n) filter (where n <= $2::int), '[]'),
    'next', case when count(*) > $2::int then (array_agg(cursor_of((r).id)) filter (where n = $2::int))[1] end)
from page
