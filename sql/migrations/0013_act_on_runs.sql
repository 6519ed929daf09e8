-- What people and runners do with runs, and how both see them. What is to be published comes as rows of "announced".

-- Where those listen who watch a run: its own channel, and its room's.
create function run_channels(r runs) returns text language sql stable as $$
    select concat_ws(',', 'run_' || r.id, 'r_' || r.room_id)
$$;

-- The frame that tells of a run's state.
create function run_frame(r runs) returns text language sql stable as $$
    select json_build_object('run', json_build_object(
        'id', r.id, 'room', r.room_id, 'kind', r.kind, 'state', r.state, 'ended_by', r.ended_by, 'exit_code', r.exit_code,
        'cancel_requested', r.cancel_requested_at is not null,
        'agent', case when r.agent_id is not null then run_agent_json(r.agent_id) end))::text
$$;

-- What the caller is to a run: "owner" to who asked for it, who owns its script and who manages its kind; else a role in
-- its room ("viewer" for everybody in a public one). An agent's answer is its room's alone. Null: the run is invisible.
create function run_role(r runs) returns text language plpgsql stable as $$
declare
    standing text;
begin
    if r.id is null then
        return null;
    elsif r.asked_by = caller_id() and (r.kind = 'script' or r.room_id is null)
       or exists (select from scripts where id = r.script_id and owner_id = caller_id())
       or caller_may('runs.manage')
       or r.kind = 'script' and caller_may('scripts.manage')
       or r.kind <> 'script' and r.room_id is null and caller_may('providers.manage') then
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
        'dry_run', r.dry_run, 'network', r.network, 'attempt', r.attempt, 'reason', r.reason, 'ended_by', r.ended_by,
        'exit_code', r.exit_code, 'signal', r.signal, 'usage', r.usage,
        'output', jsonb_build_object('bytes', r.output_bytes, 'truncated', r.output_truncated),
        'host', r.host, 'parent', r.parent_id, 'retry_of', r.retry_of, 'trigger_seq', r.trigger_seq,
        'cancel_requested', r.cancel_requested_at is not null, 'role', role,
        'queued_at', api_time(r.queued_at), 'started_at', api_time(r.started_at), 'finished_at', api_time(r.finished_at))
$$;

-- What a run was given; a password is shown to nobody.
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
    return item || jsonb_build_object(
        'parameters', run_parameters(r), 'limits', r.limits, 'files', run_files(r.id),
        'text', case when r.kind = 'agent' and not gone then coalesce(r.result ->> 'text', run_text(r.id)) end,
        'result', case when gone then r.result - 'text' else r.result end);
end $$;

-- Bytes that a program wrote, as text: what is not UTF-8 becomes U+FFFD, NUL its picture. For small amounts only: it
-- takes each byte for a character of Latin 1, keeps the sequences that are UTF-8 and puts the mark for every other.
create function shown_text(raw bytea) returns text language plpgsql immutable as $$
declare
    mark constant text := chr(65533);
    many constant text := '[\u00c2-\u00df][\u0080-\u00bf]|\u00e0[\u00a0-\u00bf][\u0080-\u00bf]'
        '|[\u00e1-\u00ec\u00ee\u00ef][\u0080-\u00bf]{2}|\u00ed[\u0080-\u009f][\u0080-\u00bf]'
        '|\u00f0[\u0090-\u00bf][\u0080-\u00bf]{2}|[\u00f1-\u00f3][\u0080-\u00bf]{3}|\u00f4[\u0080-\u008f][\u0080-\u00bf]{2}';
    said text;
begin
    if position('\x00'::bytea in raw) > 0 then
        select string_agg(case get_byte(raw, i) when 0 then '\xe29080' else substring(raw from i + 1 for 1) end, ''::bytea order by i)
        into raw from generate_series(0, octet_length(raw) - 1) i;
    end if;
    begin
        return convert_from(raw, 'UTF8');
    exception when character_not_in_repertoire or untranslatable_character then
        null;
    end;
    -- Each sequence and each stray byte gets the mark behind it, and the stray bytes go; then the mark goes that stands
    -- behind a sequence.
    said := regexp_replace(convert_from(raw, 'LATIN1'), '(' || many || ')|[\u0080-\u00ff]', '\1' || mark, 'g');
    said := regexp_replace(said, '([\u0080-\u00ff])' || mark, '\1', 'g');
    return convert_from(convert_to(replace(said, mark, convert_from('\xefbfbd', 'LATIN1')), 'LATIN1'), 'UTF8');
end $$;

-- How much a run has written so far, or where what is kept of it ends.
create function run_output_size(run uuid) returns bigint language sql stable as $$
    select coalesce((select position + octet_length(bytes) from run_output
                     where run_id = run order by position desc limit 1), 0)
$$;

-- The chunks that hold the bytes from one offset to before another, cut to them; a page is at most 1,000 chunks.
create function run_output_chunks(run uuid, start bigint, stop bigint)
returns table ("position" bigint, stream text, at timestamptz, bytes bytea) language sql stable as $$
    select greatest(o.position, start), o.stream, o.at,
           substring(o.bytes from greatest(start - o.position, 0)::int + 1
                             for (stop - greatest(o.position, start))::int)
    from run_output o
    where o.run_id = run and o.position < stop
      and o.position >= coalesce((select max(f.position) from run_output f where f.run_id = run and f.position <= start), 0)
      and o.position + octet_length(o.bytes) > start
    order by o.position limit 1000
$$;

create function run_output_slice(run uuid, start bigint, most int) returns bytea language sql stable as $$
    select coalesce(string_agg(bytes, ''::bytea order by position), '') from run_output_chunks(run, start, start + most)
$$;

-- The end of what a run wrote, for people: its last 20 lines without colours, at most 2,000 characters.
create function run_tail(run uuid) returns text language plpgsql stable as $$
declare
    most constant int := 8192;
    start constant bigint := greatest(run_output_size(run) - most, 0);
    raw bytea := run_output_slice(run, start, most);
    said text;
    lines text[];
begin
    while start > 0 and octet_length(raw) > 0 and get_byte(raw, 0) between 128 and 191 loop -- the rest of a character
        raw := substring(raw from 2);
    end loop;
    said := regexp_replace(shown_text(raw), '\x1b(\[[0-9;?]*[ -/]*[@-~]|[\]P][^\x07\x1b]*(\x07|\x1b\\)?|[@-Z\\^_])', '', 'g');
    said := regexp_replace(replace(said, E'\r\n', E'\n'), '[^\n]*\r(?=[^\n])', '', 'g'); -- what was written over
    said := rtrim(regexp_replace(said, '[\x01-\x08\x0b-\x1f\x7f]', '', 'g'), E'\n');
    lines := string_to_array(said, E'\n');
    return right(array_to_string(lines[greatest(cardinality(lines) - 19, 1):], E'\n'), 2000);
end $$;

-- A page of what a run wrote (see run_output_page in sql/queries/runs.sql). Of the last bytes, the first may be the rest
-- of a character: they are left out.
create function run_output_page(wanted uuid, from_byte bigint, last_bytes bigint, most bigint)
returns table ("position" text, stream text, at text, bytes bytea) language plpgsql stable as $$
declare
    run runs;
    total bigint := run_output_size(wanted);
    start bigint := coalesce(from_byte, greatest(total - last_bytes, 0));
    edge bytea;
begin
    select * into run from runs where id = wanted;
    if run_role(run) is null then
        perform raise_outcome('CA404', 'There is no such run.');
    elsif run.kind = 'agent' and is_taken_back(run.id) then
        total := 0;
        start := 0;
    elsif from_byte is null and start > 0 then
        edge := run_output_slice(wanted, start, 3);
        while start < total and octet_length(edge) > 0 and get_byte(edge, 0) between 128 and 191 loop
            start := start + 1;
            edge := substring(edge from 2);
        end loop;
    end if;
    return query select null, null, null, convert_to(json_build_object(
        'run', run.id, 'state', run.state, 'offset', start, 'bytes', greatest(total, run.output_bytes),
        'truncated', run.output_truncated, 'removed', run.output_bytes > 0 and total = 0, 'end', total, 'live', run.finished_at is null)::text, 'UTF8');
    return query select c.position::text, c.stream, api_time(c.at), c.bytes
                 from run_output_chunks(wanted, start, least(start + most, total)) c;
end $$;

-- What an agent's run brought to its room: its answer, or why there is none, and before it what it thought.
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
                               'model', coalesce(ending_result -> 'model', '""'))));
    else
        return next announced_event(append_event(r.room_id, 'error', r.agent_id, r.id, r.trigger_seq, null,
            jsonb_build_object('message', r.reason, 'text', said, 'retriable', coalesce(ending_result -> 'retriable', 'true'))));
    end if;
end $$;

-- What a script's run brought to its room: how it ended, and the end of its output.
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
        about := about || jsonb_build_object('message', coalesce(r.reason, 'It failed.'), 'retriable', true);
    end if;
    return announced_event(append_event(r.room_id, case when went_well then 'result' else 'error' end, r.asked_by, r.id,
                                        r.trigger_seq, null, about));
end $$;

-- Ends a run that is not over yet, and tells its room how. fence is the attempt that ends it (null: whoever), so that an
-- executor whose run was given to another changes nothing. For an agent ending_result brings "text" (absent: what was
-- kept), "model", "retriable" and its "thought"; for a script it is its result. how: exit_code, signal, ended_by.
-- No row when there was nothing to end.
create function finish_run(run uuid, fence int, ending text, why text, ending_result jsonb, used jsonb, how jsonb default '{}')
returns setof announced language plpgsql as $$
declare
    ended runs;
begin
    -- Whoever asked it to stop has said why; its executor knows only that somebody did.
    update runs set state = ending, usage = coalesce(used, usage), lease_until = null,
                    reason = case when ending = 'cancelled' and cancel_requested_at is not null then coalesce(reason, why)
                                  else why end,
                    finished_at = clock_timestamp(),
                    result = case kind when 'agent' then ending_result - 'thought' else ending_result end,
                    exit_code = (how ->> 'exit_code')::int, signal = (how ->> 'signal')::int,
                    ended_by = coalesce(how ->> 'ended_by', case ending when 'cancelled' then 'cancelled' when 'lost' then 'lost'
                                                                        when 'timed_out' then 'wall_time' end)
    where id = run and state in ('queued', 'running', 'waiting') and (fence is null or attempt = fence)
    returning * into ended;
    if not found then
        return;
    end if;
    perform pg_notify('run_queued', ''); -- a place is free, and the next message of the room may be answered
    if fence is null or ended.attempt > 1 then -- an executor died, perhaps while it stored a file
        delete from files f
        where run_id = ended.id and size > (select coalesce(sum(octet_length(bytes)), 0) from file_chunks where file_id = f.id);
    end if;
    if exists (select from rooms where id = ended.room_id and deleted_at is null) then
        if ended.kind = 'agent' then
            return query select * from tell_answer(ended, ending_result);
        elsif ended.kind = 'script' then
            return next tell_script_end(ended);
        end if;
    end if;
    return query select run_channels(ended), run_frame(ended);
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

-- The run, locked for a change by the caller; raises when it is invisible or the caller only looks on.
create function run_for_change(wanted uuid) returns runs language plpgsql as $$
declare
    run runs;
    standing text;
begin
    select * into run from runs where id = wanted for no key update;
    standing := run_role(run);
    if run.id is null or standing is null then
        perform raise_outcome('CA404', 'There is no such run.');
    elsif standing = 'viewer' then
        perform raise_outcome('CA403', 'Only members of the room may do that.');
    end if;
    return run;
end $$;

-- Whether as many answers are under way in a room as there may be at once.
create function room_is_busy(room uuid) returns boolean language sql stable as $$
    select count(*) >= 20 from runs where room_id = room and state in ('queued', 'running', 'waiting')
$$;

-- What the room reads when a run was queued for it.
create function run_notice(r runs) returns jsonb language sql stable as $$
    select jsonb_build_object('state', r.state) || case r.kind
        when 'agent' then jsonb_build_object('agent', run_agent_json(r.agent_id))
        else (select jsonb_build_object('script', jsonb_build_object('id', id, 'name', name, 'version', r.script_version))
              from scripts where id = r.script_id) end
$$;

-- Whether an agent may be asked again for this answer: raises when not.
create function check_retry_of_answer(old runs) returns void language plpgsql as $$
begin
    if old.state = 'succeeded' then
        perform raise_outcome('CA409', 'Only an answer that failed or was stopped can be asked for again.');
    elsif not exists (select from agents a join principals p on p.id = a.id
                      where a.id = old.agent_id and a.desired_state = 'started' and p.deleted_at is null) then
        perform raise_outcome('CA409', 'The agent is stopped. Start it first.');
    elsif not exists (select from room_members
                      where room_id = old.room_id and principal_id = old.agent_id and role <> 'viewer') then
        perform raise_outcome('CA409', 'The agent is not a member of the room any more, or may only read in it.');
    elsif is_taken_back(old.id) then
        perform raise_outcome('CA409', 'This answer was deleted.');
    elsif exists (select from runs where retry_of = old.id and state in ('queued', 'running', 'waiting')) then
        perform raise_outcome('CA409', 'This answer is being asked for again already.');
    end if;
end $$;

-- An agent's answer once more: mode "resume" starts from the text that was kept, "again" from nothing.
create function ask_again(old runs, mode text) returns runs language plpgsql as $$
declare
    made runs;
begin
    perform check_retry_of_answer(old);
    if room_is_busy(old.room_id) then
        perform raise_outcome('CA409', 'Too many answers are under way in this room. Ask again when some have ended.');
    end if;
    insert into runs (kind, asked_by, agent_id, room_id, trigger_seq, depth, inputs, retriable, retry_of)
    values ('agent', caller_id(), old.agent_id, old.room_id, old.trigger_seq, old.depth,
            jsonb_build_object('retry_of', old.id, 'mode', mode), true, old.id)
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

-- A script once more: the same version with the same inputs, mapping and limits, for the caller; with the network if the
-- script has it still.
create function run_again(old runs, by_way text) returns runs language plpgsql as $$
begin
    if exists (select from scripts where id = old.script_id and deleted_at is not null) then
        perform raise_outcome('CA409', 'The script was deleted.');
    end if;
    return queue_script_run(old.script_id, old.inputs, jsonb_build_object(
        'version', old.script_version, 'mapping', old.mapping_id, 'dry_run', old.dry_run, 'network', old.network,
        'limits', old.limits, 'retry_of', old.id), by_way, old.room_id, old.trigger_seq);
end $$;

-- Runs again what a run was about, when it is over: a script as it was, or an answer that did not come to its end.
create function retry_run(wanted uuid, mode text, by_way text) returns runs language plpgsql as $$
declare
    old runs := run_for_change(wanted);
begin
    if old.kind not in ('agent', 'script') then
        perform raise_outcome('CA409', 'Only answers of agents and runs of scripts can be repeated.');
    elsif old.finished_at is null then
        perform raise_outcome('CA409', 'It is not over yet.');
    elsif exists (select from rooms where id = old.room_id and archived_at is not null) then
        perform raise_outcome('CA409', 'The room is archived.');
    end if;
    return case old.kind when 'agent' then ask_again(old, mode) else run_again(old, by_way) end;
end $$;
