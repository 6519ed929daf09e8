create function agent_json(a agents) returns json language sql stable as $$
    select json_build_object(
        'id', a.id, 'kind', a.kind, 'name', self.name, 'handle', self.handle,
        'provider', (select json_build_object('id', p.id, 'name', p.name) from providers p where p.id = a.provider_id),
        'model', a.model, 'prompt', a.prompt, 'parameters', a.parameters, 'context_tokens', a.context_tokens,
        'run_seconds', a.run_seconds, 'state', a.desired_state, 'owner', principal_json(a.owner_id),
        'rooms', (select count(*) from room_members m join rooms r on r.id = m.room_id
                  where m.principal_id = a.id and r.deleted_at is null),
        'version', a.version, 'created_at', api_time(a.created_at),
        'editable', agent_is_editable(a))
    from principals self where self.id = a.id
$$;

create function agent_is_editable(a agents) returns boolean language sql stable as $$
    select a.owner_id = caller_id() or caller_may('agents.manage')
$$;

-- The agent, locked for a change that the guard has permitted; raises when it is gone since.
create function agent_lock(wanted uuid) returns agents language plpgsql as $$
declare
    agent agents;
begin
    select a.* into agent from agents a join principals p on p.id = a.id
    where a.id = wanted and p.deleted_at is null for no key update of a;
    if not found then
        perform raise_outcome('CA404', 'Agent not found.');
    end if;
    return agent;
end $$;

-- Checks the parameters for a model: raises, or returns them unchanged.
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
            else perform raise_outcome('CA422', format('Unknown parameter "%s". Use temperature, top_p or max_tokens.',
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

-- Checks a handle: raises, or returns it in lower case. Null returns null.
create function agent_handle(given text) returns text language plpgsql immutable as $$
begin
    if lower(given) !~ '^[a-z0-9][a-z0-9._-]{0,38}$' then
        perform raise_outcome('CA422', 'Use at most 39 letters, digits, dots, dashes and underscores, starting with a letter or digit.',
                              'handle');
    elsif is_reserved_handle(given) then
        perform raise_outcome('CA422', 'This handle is reserved.', 'handle');
    end if;
    return lower(given);
end $$;

-- The agent of a run as frames and documents name it; null for other kinds.
create function run_agent_json(agent uuid) returns json language sql stable as $$
    select json_build_object('id', id, 'name', name, 'handle', handle) from principals where id = agent
$$;

create function agent_create(body jsonb) returns setof announced language plpgsql as $$
declare
    self principals;
    made agents;
begin
    insert into principals (kind, handle, name) values ('agent', agent_handle(body ->> 'handle'), body ->> 'name')
    returning * into self;
    insert into agents (id, provider_id, model, prompt, parameters, context_tokens, run_seconds, owner_id)
    values (self.id, (body ->> 'provider_id')::uuid, coalesce(body ->> 'model', ''), coalesce(body ->> 'prompt', ''),
            agent_parameters(coalesce(body -> 'parameters', '{}')), coalesce((body ->> 'context_tokens')::int, 16000),
            coalesce((body ->> 'run_seconds')::int, 300), caller_id())
    returning * into made;
    insert into audit_log (action, object_kind, object_id, detail)
    values ('agent.create', 'agent', self.id::text, jsonb_build_object('handle', self.handle, 'name', self.name));
    return next announced_answer(agent_json(made));
end $$;

-- Changes what the body names, if its version is the present one.
create function agent_edit(wanted uuid, body jsonb) returns setof announced language plpgsql as $$
declare
    agent agents := agent_lock(wanted);
    before constant jsonb := agent_json(agent)::jsonb;
begin
    if (body ->> 'version')::int is distinct from agent.version then
        return next announced_stale(before::json);
        return;
    end if;
    update agents as a set
        provider_id = case when body ? 'provider_id' then (body ->> 'provider_id')::uuid else a.provider_id end,
        model = coalesce(body ->> 'model', a.model), prompt = coalesce(body ->> 'prompt', a.prompt),
        parameters = agent_parameters(coalesce(body -> 'parameters', a.parameters)),
        context_tokens = coalesce((body ->> 'context_tokens')::int, a.context_tokens),
        run_seconds = coalesce((body ->> 'run_seconds')::int, a.run_seconds),
        version = a.version + 1, updated_at = now()
    where a.id = wanted
    returning * into agent;
    update principals as p set handle = coalesce(agent_handle(body ->> 'handle'), p.handle), name = coalesce(body ->> 'name', p.name)
    where p.id = wanted;
    insert into audit_log (action, object_kind, object_id, detail)
    values ('agent.edit', 'agent', wanted::text, document_changes(before, agent_json(agent)::jsonb));
    return next announced_answer(agent_json(agent));
end $$;

-- Starts, stops or restarts an agent: the action says which. Stopping and restarting end its live runs.
create function agent_switch(wanted uuid, action text) returns setof announced language plpgsql as $$
declare
    agent agents := agent_lock(wanted);
    stopped announced[];
begin
    update agents set desired_state = case action when 'stop' then 'stopped' else 'started' end, version = version + 1,
                      updated_at = now()
    where id = wanted
    returning * into agent;
    if action <> 'start' then
        stopped := array(select c from cancel_runs(array(
            select id from runs where agent_id = wanted and state in ('queued', 'running', 'waiting')), 'The agent was stopped.') c);
    end if;
    insert into audit_log (action, object_kind, object_id) values ('agent.' || action, 'agent', wanted::text);
    return next announced_answer(agent_json(agent));
    return query select * from unnest(stopped);
end $$;

-- The agent is gone: its runs stop, it leaves its rooms, its handle is free again. Its name stays in what it wrote.
create function agent_delete(wanted uuid) returns setof announced language plpgsql as $$
declare
    agent agents := agent_lock(wanted);
    self principals;
    live uuid[];
    one uuid;
begin
    select * into self from principals where id = agent.id;
    live := array(select id from runs where agent_id = agent.id and state in ('queued', 'running', 'waiting') order by id
                  for no key update);
    perform from rooms
    where id in (select room_id from room_members where principal_id = agent.id
                 union all select room_id from runs where id = any (live))
    order by id for no key update;
    return next announced_answer(null);
    return query select * from cancel_runs(live, 'The agent was deleted.');
    for one in
        select m.room_id from room_members m join rooms r on r.id = m.room_id
        where m.principal_id = agent.id and r.deleted_at is null order by m.room_id
    loop
        return next announced_event(append_event(
            one, 'member', caller_id(), null, null, null,
            jsonb_build_object('action', 'removed', 'member', author_json(self))));
    end loop;
    delete from room_members where principal_id = agent.id;
    update agents set desired_state = 'stopped', provider_id = null where id = agent.id;
    update principals set deleted_at = now(), handle = 'deleted-' || right(id::text, 12) where id = agent.id;
    insert into audit_log (action, object_kind, object_id, detail)
    values ('agent.delete', 'agent', agent.id::text, jsonb_build_object('handle', self.handle, 'name', self.name));
end $$;

-- An error that an agent tells in its own name, because it cannot answer.
create function agent_excuse(the_room uuid, the_agent uuid, the_seq bigint, sentence text, can_retry boolean)
returns room_events language sql as $$
    select append_event(the_room, 'error', the_agent, null, the_seq, null,
                        jsonb_build_object('message', sentence, 'text', '', 'retriable', can_retry))
$$;

-- Asks an agent to answer an event of the room: queues its run and tells the room, or tells why it cannot.
-- depth is 0 when a person asks, and one more than the asking run's when an agent does.
create function ask_agent(the_room uuid, the_agent uuid, the_seq bigint, by_principal uuid, the_depth int)
returns room_events language plpgsql as $$
declare
    agent record;
    the_run uuid;
begin
    select p.id, p.name, p.handle, a.kind, a.desired_state, m.role into agent
    from agents a join principals p on p.id = a.id
    join room_members m on m.room_id = the_room and m.principal_id = a.id
    where a.id = the_agent and p.deleted_at is null;
    if not found then
        return null;
    elsif agent.kind <> 'chat' then
        return agent_excuse(the_room, the_agent, the_seq, format('%s runs a script and does not answer messages.', agent.name), false);
    elsif agent.role = 'viewer' then
        return agent_excuse(the_room, the_agent, the_seq,
                            format('%s is a viewer in this room. Ask an owner to make it a member.', agent.name), false);
    elsif agent.desired_state <> 'started' then
        return agent_excuse(the_room, the_agent, the_seq, format('%s is stopped. Start the agent and try again.', agent.name), false);
    elsif room_is_busy(the_room) then
        return agent_excuse(the_room, the_agent, the_seq,
                            'Too many answers are in progress in this room. Try again when some have finished.', false);
    end if;
    insert into runs (kind, agent_id, room_id, trigger_seq, asked_by, depth, retriable, inputs_plain)
    values ('agent', the_agent, the_room, the_seq, by_principal, the_depth, true, false)
    returning id into the_run;
    perform pg_notify('run_queued', the_run::text);
    return append_event(the_room, 'run', by_principal, the_run, the_seq, null, jsonb_build_object(
        'state', 'queued', 'agent', jsonb_build_object('id', agent.id, 'name', agent.name, 'handle', agent.handle)));
end $$;

-- The agents that a message is for: those that it mentions, or none mentioned, the one whose result it answers.
create function addressed_agents(the_room uuid, mentioned uuid[], replied bigint) returns setof uuid language plpgsql stable as $$
begin
    return query select id from principals where id = any (mentioned) and kind = 'agent' order by id;
    if not found then
        return query select e.principal_id from room_events e
                     join room_members m on m.room_id = the_room and m.principal_id = e.principal_id
                     where e.room_id = the_room and e.seq = replied and e.kind = 'result';
    end if;
end $$;
