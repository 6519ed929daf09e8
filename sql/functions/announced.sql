-- What travels on the channel: the event, or only its number when it is large, and then the client fetches it. In plpgsql
-- for the same reason.
create function event_frame(event json) returns text language plpgsql stable parallel safe as $$
declare
    frame constant text := event;
begin
    if octet_length(frame) <= 16384 then
        return frame;
    end if;
    return json_build_object('room', event -> 'room', 'seq', event -> 'seq');
end $$;

-- What people do with rooms and memberships. Each function is one change: it locks, checks, changes, writes the room's
-- log and the audit log, and returns rows of "announced": first the answer (no channel), then what goes to nchan after
-- the commit, in this order: a document to a channel, or no document: the sockets on this channel end, because the
-- rooms that they may listen to have changed.
create type announced as (channel text, document text);

create function announced_answer(answer json) returns announced language sql immutable as $$
    select row(null, answer::text)::announced
$$;

create function announced_event(event room_events) returns announced language plpgsql stable as $$
begin
    return row('r_' || event.room_id, event_frame(event_json(event)))::announced;
end $$;

create function announced_rooms_changed(the_user uuid) returns setof announced language sql immutable as $$
    select 'u_' || the_user, '{"personal":{"type":"rooms_changed"}}' where the_user is not null
    union all select 'u_' || the_user, null where the_user is not null
$$;

-- Who listens to a run of the room is asked again who they are: with what the room shows, its runs are hidden.
create function close_run_channels(the_room uuid) returns setof announced language sql stable as $$
    select row('run_' || id, null)::announced from runs where room_id = the_room and state in ('queued', 'running', 'waiting')
$$;

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
