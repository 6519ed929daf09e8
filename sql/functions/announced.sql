-- What travels on the channel: the event, or only its number when it is large, and then the client fetches it. In plpgsql
-- for the same reason.
create function event_frame(event json) returns text language plpgsql stable parallel safe as $$
declare
    frame constant text := event::text;
begin
    if octet_length(frame) <= 16384 then
        return frame;
    end if;
    return json_build_object('room', event -> 'room', 'seq', event -> 'seq')::text;
end $$;

-- What a change leaves behind. Every function that changes something for a caller is one change: it locks, checks, changes,
-- writes the audit log (and the room's), and returns rows of "announced": first the answer (no channel; no document: the
-- change has none), then what goes to nchan after the commit, in this order: a document to a channel, or no document: the
-- sockets on this channel end, because what they may listen to has changed.
create type announced as (document text, channel text);

-- The answer to an edit that is based on an older version, with "stale" where a channel would stand: the object as it is now,
-- as the caller may see it. Nothing has changed then, and no row follows.
create function announced_stale(present json) returns announced language sql immutable as $$
    select row(present::text, 'stale')::announced
$$;

create function announced_answer(answer json) returns announced language sql immutable as $$
    select row(answer::text, null)::announced
$$;

create function announced_event(event room_events) returns announced language plpgsql stable as $$
begin
    return row(event_frame(event_json(event)), 'r_' || event.room_id)::announced;
end $$;

-- The sockets of a user are asked again who they are, because the user may hear less from now on. The program closes them
-- before it commits, so that they hear nothing that is said afterwards; the lock makes those that come back wait for the
-- commit (live_wait). Whoever takes it takes all other locks before.
create function announced_end(the_user uuid) returns announced language plpgsql as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('live:' || the_user, 0));
    return row(null, 'u_' || the_user)::announced;
end $$;

-- The handshake of a socket, to a run or null, waits for changes that end what its caller may hear. The guard and the
-- channels are read after it.
create function live_wait(the_run uuid) returns void language plpgsql as $$
declare
    the_room constant uuid := (select room_id from runs where id = the_run);
begin
    perform pg_advisory_xact_lock_shared(hashtextextended('live:' || caller_id(), 0));
    if the_room is not null then
        perform pg_advisory_xact_lock_shared(hashtextextended('live:' || the_room, 0));
    end if;
end $$;

-- A user may hear more from now on.
create function announced_rooms_changed(the_user uuid) returns setof announced language sql immutable as $$
    select '{"personal":{"type":"rooms_changed"}}', 'u_' || the_user where the_user is not null
    union all select null, 'u_' || the_user where the_user is not null
$$;

-- Who listens to a run of the room is asked again who they are: with what the room shows, its runs are hidden. As
-- announced_end does.
create function close_run_channels(the_room uuid) returns setof announced language plpgsql as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('live:' || the_room, 0));
    return query select null, 'run_' || id from runs where room_id = the_room and state in ('queued', 'running', 'waiting');
end $$;

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

-- A run that was made by a change: the answer, then the event that tells its room, and its state.
create function announced_run(made runs) returns setof announced language plpgsql as $$
declare
    event room_events;
begin
    return next announced_answer(run_json(made));
    select * into event from room_events where run_id = made.id order by seq desc limit 1;
    if found then
        return next announced_event(event);
    end if;
    return next row(run_frame(made), run_channels(made))::announced;
end $$;
