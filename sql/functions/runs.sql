-- What the caller is to a run: "owner" to who asked for it, who owns its script and who manages its kind; else a role in
-- its room ("viewer" for everybody in a public one). An agent's answer is its room's alone. Null: the run is invisible.
create function run_role(r runs) returns text language plpgsql stable as $$
declare
    standing text;
begin
    if r.id is null then
        return null;
    elsif caller_may('runs.manage')
       or exists (select from run_kinds k where k.name = r.kind and (k.of_asker or r.room_id is null)
                                                and (r.asked_by = caller_id() or caller_may(k.managed_by)))
       or exists (select from scripts where id = r.script_id and owner_id = caller_id()) then
        return 'owner';
    end if;
    select coalesce(m.role, case when room.visibility = 'public' then 'viewer' end) into standing
    from rooms room left join room_members m on m.room_id = room.id and m.principal_id = caller_id()
    where room.id = r.room_id and room.deleted_at is null;
    return standing;
end $$;

-- A run in a list; the rows that it refers to are given, because a list reads them all at once.
create function run_item(r runs, script scripts, agent principals, asker principals, room rooms, mapping mappings, role text)
returns jsonb language sql stable as $$
    select jsonb_build_object(
        'id', r.id, 'kind', r.kind, 'state', r.state,
        'script', case when script.id is not null
                       then jsonb_build_object('id', script.id, 'name', script.name, 'kind', script.kind, 'version', r.script_version) end,
        'agent', case when agent.id is not null
                      then jsonb_build_object('id', agent.id, 'name', agent.name, 'handle', agent.handle) end,
        'name', coalesce(script.name::text, agent.name, r.inputs ->> 'task', r.kind),
        'room', r.room_id, 'room_name', room.name, 'asked_by', author_json(asker), 'via', r.via,
        'mapping', case when mapping.id is not null then jsonb_build_object('id', mapping.id, 'name', mapping.name) end,
        'dry_run', r.dry_run, 'api', coalesce(r.api, 'none'), 'network', r.network, 'attempt', r.attempt,
        'networks', case when r.networks is null then '[]' else network_names(r.networks) end,
        'reason', r.reason, 'ended_by', r.ended_by,
        'exit_code', r.exit_code, 'signal', r.signal, 'usage', r.usage,
        'output', jsonb_build_object('bytes', r.output_bytes, 'truncated', r.output_truncated),
        'host', r.host, 'parent', r.parent_id, 'retry_of', r.retry_of, 'trigger_seq', r.trigger_seq,
        'cancel_requested', r.cancel_requested_at is not null, 'role', role,
        'queued_at', api_time(r.queued_at), 'started_at', api_time(r.started_at), 'finished_at', api_time(r.finished_at))
$$;

-- The parameters of a run; passwords are never shown.
create function run_parameters(r runs) returns jsonb language sql stable as $$
    select coalesce(jsonb_object_agg(given.key, case when v.parameters -> 'properties' -> given.key ->> 'format' = 'password'
                                                     then '"••••"' else given.value end), '{}')
    from jsonb_each(r.inputs) given
    join script_versions v on v.script_id = r.script_id and v.number = r.script_version
$$;

create function run_files(run uuid) returns jsonb language sql stable as $$
    select coalesce(jsonb_agg(jsonb_build_object('id', id, 'path', path, 'size', size, 'media_type', media_type)
                              order by path), '[]')
    from files where run_id = run
$$;

create function run_json(r runs) returns json language plpgsql stable as $$
declare
    gone boolean := r.kind = 'agent' and is_taken_back(r.id);
    item jsonb;
begin
    select run_item(r, script, agent, asker, room, mapping, run_role(r)) into item
    from (select r.id) one
    left join scripts script on script.id = r.script_id
    left join principals agent on agent.id = r.agent_id
    left join principals asker on asker.id = r.asked_by
    left join rooms room on room.id = r.room_id
    left join mappings mapping on mapping.id = r.mapping_id;
    return (item || jsonb_build_object(
        'parameters', run_parameters(r), 'limits', r.limits, 'files', run_files(r.id),
        'text', case when r.kind = 'agent' and not gone then coalesce(r.result ->> 'text', run_text(r.id)) end,
        'result', case when gone then r.result - 'text' else r.result end))::json;
end $$;
