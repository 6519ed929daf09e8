-- The run, locked for a change that the guard has permitted; raises when it is gone since. A run's script is locked before
-- the run, as by who deletes the script with its runs: else a run that is asked for again while it ends could wait for the
-- script, and the script's deletion for the run.
create function run_lock(wanted uuid) returns runs language plpgsql as $$
declare
    run runs;
begin
    perform from scripts where id = (select script_id from runs where id = wanted) for key share;
    select * into run from runs where id = wanted for no key update;
    if not found then
        perform raise_outcome('CA404', 'Run not found.');
    end if;
    return run;
end $$;

-- Whether as many answers are under way in a room as there may be at once.
create function room_is_busy(room uuid) returns boolean language sql stable as $$
    select count(*) >= 20 from runs where room_id = room and state in ('queued', 'running', 'waiting')
$$;

-- The event of the room for a queued run.
create function run_notice(r runs) returns jsonb language sql stable as $$
    select jsonb_build_object('state', r.state) || case r.kind
        when 'agent' then jsonb_build_object('agent', run_agent_json(r.agent_id))
        else (select jsonb_build_object('script', jsonb_build_object('id', id, 'name', name, 'version', r.script_version))
              from scripts where id = r.script_id) end
$$;

-- Whether an agent may be asked again for this answer: raises when not. One that its model cut off can be continued.
create function check_retry_of_answer(old runs, mode text) returns void language plpgsql as $$
begin
    if old.state = 'succeeded' and (mode <> 'resume' or not coalesce(old.result ? 'cut_off', false)) then
        perform raise_outcome('CA409', 'Only an answer that failed or was stopped can be retried.');
    elsif old.state = 'succeeded' and exists (select from runs where retry_of = old.id and state = 'succeeded') then
        perform raise_outcome('CA409', 'This answer was already continued.');
    elsif not exists (select from agents a join principals p on p.id = a.id
                      where a.id = old.agent_id and a.desired_state = 'started' and p.deleted_at is null) then
        perform raise_outcome('CA409', 'The agent is stopped. Start it first.');
    elsif not exists (select from room_members
                      where room_id = old.room_id and principal_id = old.agent_id and role <> 'viewer') then
        perform raise_outcome('CA409', 'The agent is no longer a member of the room, or can only read in it.');
    elsif is_taken_back(old.id) then
        perform raise_outcome('CA409', 'This answer was deleted.');
    elsif exists (select from runs where retry_of = old.id and state in ('queued', 'running', 'waiting')) then
        perform raise_outcome('CA409', 'This answer is already being retried.');
    end if;
end $$;

-- An agent's answer once more: mode "resume" starts from the text that was kept, "again" from nothing.
create function ask_again(old runs, mode text) returns runs language plpgsql as $$
declare
    made runs;
begin
    perform check_retry_of_answer(old, mode);
    if room_is_busy(old.room_id) then
        perform raise_outcome('CA409', 'Too many answers are in progress in this room. Try again when some have finished.');
    end if;
    insert into runs (kind, asked_by, agent_id, room_id, trigger_seq, depth, inputs, inputs_plain, retriable, retry_of)
    values ('agent', caller_id(), old.agent_id, old.room_id, old.trigger_seq, old.depth,
            jsonb_build_object('retry_of', old.id, 'mode', mode), false, true, old.id)
    returning * into made;
    if mode = 'resume' then
        insert into run_output (run_id, position, stream, bytes)
        select made.id, 0, 'text', convert_to(said, 'UTF8')
        from coalesce(old.result ->> 'text', run_text(old.id)) as said where said <> '';
    end if;
    perform append_event(made.room_id, 'run', caller_id(), made.id, made.trigger_seq, null, run_notice(made));
    perform pg_notify('run_queued', made.id::text);
    return made;
end $$;

-- A script once more: the same version with the same inputs, mapping and limits, for the caller; with those of its
-- networks that the script has still.
create function run_again(old runs, by_way text) returns runs language plpgsql as $$
begin
    if exists (select from scripts where id = old.script_id and deleted_at is not null) then
        perform raise_outcome('CA409', 'The script was deleted.');
    end if;
    perform prove_script(old.script_id, 'run'); -- the guard has asked about the run
    return queue_script_run(old.script_id, row(old.inputs, old.inputs_sealed, old.inputs_plain)::run_inputs, jsonb_build_object(
        'version', old.script_version, 'mapping', old.mapping_id, 'dry_run', old.dry_run, 'network', old.network,
        'networks', coalesce(to_jsonb(old.networks), '[]'), 'limits', old.limits, 'retry_of', old.id), by_way,
        old.room_id, old.trigger_seq);
end $$;

-- Runs again what a run was about, when it is over: a script as it was, or an answer that did not come to its end.
create function run_retry(wanted uuid, mode text, by_way text) returns setof announced language plpgsql as $$
declare
    old runs := run_lock(wanted);
    made runs;
begin
    if old.kind not in ('agent', 'script') then
        perform raise_outcome('CA409', 'Only answers of agents and runs of scripts can be repeated.');
    elsif old.finished_at is null then
        perform raise_outcome('CA409', 'The run has not finished yet.');
    elsif exists (select from rooms where id = old.room_id and archived_at is not null) then
        perform raise_outcome('CA409', 'The room is archived.');
    end if;
    made := case old.kind when 'agent' then ask_again(old, mode) else run_again(old, by_way) end;
    insert into audit_log (action, object_kind, object_id, detail)
    values ('run.retry', 'run', wanted::text, jsonb_build_object('mode', mode, 'run', made.id));
    return query select * from announced_run(made);
end $$;

-- Asks a run to stop; one that is over stays as it is.
create function run_cancel(wanted uuid) returns setof announced language plpgsql as $$
declare
    run runs := run_lock(wanted);
    stopped announced[];
begin
    stopped := array(select c from cancel_runs(array[wanted], 'Stopped.') c);
    insert into audit_log (action, object_kind, object_id) values ('run.cancel', 'run', wanted::text);
    select * into run from runs where id = wanted;
    return next announced_answer(run_json(run));
    return query select * from unnest(stopped);
    if run.state = 'running' then
        return next row(run_frame(run), run_channels(run))::announced;
    end if;
end $$;
