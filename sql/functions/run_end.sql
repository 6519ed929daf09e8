-- Posts the end of an agent's run to its room: its thought, then its answer or the reason why there is none.
create function tell_answer(r runs, ending_result jsonb) returns setof announced language plpgsql as $$
declare
    said text := coalesce(ending_result ->> 'text', run_text(r.id));
begin
    if ending_result ? 'thought' then
        return next announced_event(append_event(r.room_id, 'thought', r.agent_id, r.id, r.trigger_seq, null,
                                                 jsonb_build_object('text', ending_result -> 'thought')));
    end if;
    if r.state in ('succeeded', 'cancelled') then
        return next announced_event(append_event(r.room_id, 'result', r.agent_id, r.id, r.trigger_seq, null,
            jsonb_build_object('text', said, 'stopped', r.state = 'cancelled', 'usage', r.usage,
                               'model', coalesce(ending_result -> 'model', '""'))
            || case when ending_result ? 'cut_off' then jsonb_build_object('cut_off', ending_result -> 'cut_off') else '{}' end));
    else
        return next announced_event(append_event(r.room_id, 'error', r.agent_id, r.id, r.trigger_seq, null,
            jsonb_build_object('message', r.reason, 'text', said, 'retriable', coalesce(ending_result -> 'retriable', 'true'))));
    end if;
end $$;

-- Posts the end of a script's run to its room: its state and the end of its output.
create function tell_script_end(r runs) returns announced language plpgsql as $$
declare
    went_well boolean := r.state = 'succeeded';
    about jsonb;
begin
    select jsonb_build_object(
        'script', jsonb_build_object('id', s.id, 'name', s.name, 'version', r.script_version), 'state', r.state,
        'ended_by', r.ended_by, 'exit_code', r.exit_code, 'text', run_tail(r.id),
        'duration_ms', (extract(epoch from r.finished_at - coalesce(r.started_at, r.finished_at)) * 1000)::bigint,
        'files', (select count(*) from files where run_id = r.id)) into about
    from scripts s where s.id = r.script_id;
    if not went_well then
        about := about || jsonb_build_object('message', coalesce(r.reason, 'The run failed.'), 'retriable', true);
    end if;
    return announced_event(append_event(r.room_id, case when went_well then 'result' else 'error' end, r.asked_by, r.id,
                                        r.trigger_seq, null, about));
end $$;

-- Posts the end of a run to its room, by its kind; nothing for other kinds.
create function tell_run_end(r runs, ending_result jsonb) returns setof announced language plpgsql as $$
begin
    case r.kind
        when 'agent' then return query select * from tell_answer(r, ending_result);
        when 'script' then return next tell_script_end(r);
        else null;
    end case;
end $$;

-- Ends a run that is not over yet, and tells its room how. fence is the attempt that ends it (null: whoever), so that an
-- executor whose run was given to another changes nothing. For an agent ending_result brings "text" (absent: what was
-- kept), "model", "retriable", "cut_off" and its "thought"; for a script it is its result. how: exit_code, signal, ended_by.
-- No row when there was nothing to end. The row is found by its id, and not by an index of those that are not over, which
-- looks cheap to the planner and is full of those that were not over once.
create function finish_run(run uuid, fence int, ending text, why text, ending_result jsonb, used jsonb, how jsonb default '{}')
returns setof announced language plpgsql as $$
declare
    ended runs;
begin
    -- The stop request stored the reason; the executor knows only that a stop was requested.
    update runs set state = ending, usage = coalesce(used, usage), lease_until = null,
                    reason = case when ending = 'cancelled' and cancel_requested_at is not null then coalesce(reason, why)
                                  else why end,
                    finished_at = clock_timestamp(), stored_bytes = run_bytes_now(id, kind),
                    result = case kind when 'agent' then ending_result - 'thought' else ending_result end,
                    exit_code = (how ->> 'exit_code')::int, signal = (how ->> 'signal')::int,
                    ended_by = coalesce(how ->> 'ended_by', case ending when 'cancelled' then 'cancelled' when 'lost' then 'lost'
                                                                        when 'timed_out' then 'wall_time' end)
    where id = run and (state in ('queued', 'running', 'waiting')) is true and (fence is null or attempt = fence)
    returning * into ended;
    if not found then
        return;
    end if;
    perform pg_notify('run_queued', ''); -- a place is free, and the next message of the room may be answered
    if fence is null or ended.attempt > 1 then -- an executor died, perhaps while it stored a file
        delete from files f
        where run_id = ended.id and size > (select coalesce(sum(octet_length(bytes)), 0) from file_chunks where file_id = f.id);
        if found then
            update runs set stored_bytes = run_bytes_now(id, kind) where id = ended.id
            returning stored_bytes into ended.stored_bytes;
        end if;
    end if;
    if ended.api is not null then
        delete from run_tokens where run_id = ended.id;
    end if;
    if ended.stored_bytes > 0 and ended.asked_by is not null then
        insert into storage_changes (principal_id, bytes) values (ended.asked_by, ended.stored_bytes);
    end if;
    if exists (select from rooms where id = ended.room_id and deleted_at is null) then
        return query select * from tell_run_end(ended, ending_result);
    end if;
    return query select run_frame(ended), run_channels(ended);
end $$;

-- Asks runs to stop. One that nobody executes now ends at once; the executor of a running one is told, keeps what it
-- has and ends it.
create function cancel_runs(wanted uuid[], why text) returns setof announced language plpgsql as $$
declare
    one runs;
begin
    -- All before the first ends, because that locks its room. Locks are taken in the order agent, run, room, member, and
    -- several of a kind in the order of their ids, by everybody: so nobody waits in a circle.
    perform from runs where id = any (wanted) order by id for no key update;
    for one in
        select * from runs where id = any (wanted) and state in ('queued', 'running', 'waiting') order by room_id, id
    loop
        if one.state = 'running' then
            update runs set cancel_requested_at = coalesce(cancel_requested_at, clock_timestamp()), reason = why
            where id = one.id;
            perform pg_notify('run_cancel', one.id::text);
        else
            return query select * from finish_run(one.id, null, 'cancelled', why, case one.kind when 'agent' then '{}'::jsonb end, null);
        end if;
    end loop;
end $$;
