-- Everything that is executed, and what it says while it runs.
create table runs (
    id uuid primary key default uuid_v7(),
    kind text not null check (kind in ('script', 'workflow', 'agent', 'worker', 'housekeeping')),
    state text not null default 'queued'
        check (state in ('queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled', 'timed_out', 'lost')),
    priority int not null default 0,
    asked_by uuid references principals,         -- the user or agent who caused it
    agent_id uuid references agents,
    room_id uuid references rooms on delete cascade,
    trigger_seq bigint,                          -- the room event that it answers
    parent_id uuid references runs on delete set null,
    depth int not null default 0,                -- agents that address agents
    inputs jsonb not null default '{}',
    result jsonb,
    reason text,                                 -- why it ended as it did, for people
    attempt int not null default 0,
    retriable boolean not null default false,    -- queue it again when its lease is lost
    cancel_requested_at timestamptz,
    due_at timestamptz not null default now(),
    host text,                                   -- where it runs
    pid int,
    lease_until timestamptz,
    usage jsonb not null default '{}',           -- prompt_tokens, completion_tokens, cost, cpu_ms, output_bytes
    queued_at timestamptz not null default clock_timestamp(),
    claimed_at timestamptz,
    started_at timestamptz,
    finished_at timestamptz,
    check ((state in ('succeeded', 'failed', 'cancelled', 'timed_out', 'lost')) = (finished_at is not null)),
    check (state <> 'running' or lease_until is not null)
);
create index runs_queue on runs (priority desc, due_at, id) where state = 'queued';
create index runs_leases on runs (lease_until) where state = 'running';
create index runs_room on runs (room_id, id) where room_id is not null;
create index runs_room_live on runs (room_id) where state in ('queued', 'running', 'waiting');
-- An agent answers one message of a room at a time, so that its answers do not interleave.
create unique index runs_turn on runs (agent_id, room_id) where kind = 'agent' and state in ('running', 'waiting');
create index runs_turn_queue on runs (agent_id, room_id, id) where kind = 'agent' and state = 'queued';
create index runs_host on runs (host) where state = 'running';
create index runs_asked_running on runs (asked_by) where state = 'running';
create index runs_agent on runs (agent_id, id) where agent_id is not null;
create index runs_asked on runs (asked_by, id);
create index runs_parent on runs (parent_id) where parent_id is not null;

create table run_output (
    run_id uuid not null references runs on delete cascade,
    position bigint not null,                    -- byte offset of this chunk in the run's whole output
    stream text not null default 'stdout' check (stream in ('stdout', 'stderr', 'text')),
    bytes bytea not null,
    at timestamptz not null default clock_timestamp(),
    primary key (run_id, position)
);

-- What an agent's run has said so far, in all its attempts.
create function run_text(run uuid) returns text language sql stable as $$
    select coalesce(convert_from(string_agg(bytes, ''::bytea order by position), 'UTF8'), '')
    from run_output where run_id = run and stream = 'text'
$$;

-- The agent of a run as frames and documents name it; null for other kinds.
create function run_agent_json(agent uuid) returns json language sql stable as $$
    select json_build_object('id', id, 'name', name, 'handle', handle) from principals where id = agent
$$;

-- The frame that tells a room of a run's state.
create function run_frame(r runs) returns text language sql stable as $$
    select json_build_object('run', json_build_object('id', r.id, 'room', r.room_id, 'state', r.state,
                                                      'agent', run_agent_json(r.agent_id)))::text
$$;

-- Whether the answer of a run was deleted in its room: then nobody reads it by another way.
create function is_taken_back(run uuid) returns boolean language sql stable as $$
    select exists (select from room_events e
                   join room_events d on d.room_id = e.room_id and d.target = e.seq and d.kind = 'delete'
                   where e.run_id = run and e.kind in ('result', 'error'))
$$;

create function run_json(r runs) returns json language sql stable as $$
    select json_build_object(
        'id', r.id, 'kind', r.kind, 'state', r.state, 'agent', run_agent_json(r.agent_id), 'room', r.room_id,
        'trigger_seq', r.trigger_seq, 'attempt', r.attempt, 'reason', r.reason,
        'text', case when r.kind = 'agent' and not answer.gone then coalesce(r.result ->> 'text', run_text(r.id)) end,
        'result', case when answer.gone then r.result - 'text' else r.result end, 'usage', r.usage,
        'queued_at', api_time(r.queued_at), 'started_at', api_time(r.started_at), 'finished_at', api_time(r.finished_at))
    from (select is_taken_back(r.id) as gone) answer
$$;

-- Ends a run that is not over yet, and tells its room how: a result when it succeeded or was stopped, else an error
-- with what there is of the answer. fence is the attempt that ends it (null: whoever), so that an executor whose run
-- was given to another changes nothing. ending_result brings "text" (absent: what was kept) and, for an agent,
-- "model", "retriable" and its "thought". Returns what is to be published after the commit: no row when there was nothing to end.
create function finish_run(run uuid, fence int, ending text, why text, ending_result jsonb, used jsonb)
returns table (room uuid, message text) language plpgsql as $$
declare
    ended runs;
    said text;
    told room_events;
begin
    update runs set state = ending, reason = why, usage = coalesce(used, usage), lease_until = null,
                    finished_at = clock_timestamp(), result = ending_result - 'thought'
    where id = run and state in ('queued', 'running', 'waiting') and (fence is null or attempt = fence)
    returning * into ended;
    if not found then
        return;
    end if;
    perform pg_notify('run_queued', ''); -- a place is free, and the next message of the room may be answered
    if ended.kind = 'agent' and exists (select from rooms where id = ended.room_id and deleted_at is null) then
        if ending_result ? 'thought' then
            told := append_event(ended.room_id, 'thought', ended.agent_id, run, ended.trigger_seq, null,
                                 jsonb_build_object('text', ending_result -> 'thought'));
            return query select ended.room_id, event_frame(event_json(told));
        end if;
        said := coalesce(ending_result ->> 'text', run_text(run));
        if ending in ('succeeded', 'cancelled') then
            told := append_event(ended.room_id, 'result', ended.agent_id, run, ended.trigger_seq, null,
                jsonb_build_object('text', said, 'stopped', ending = 'cancelled', 'usage', ended.usage,
                                   'model', coalesce(ending_result -> 'model', '""')));
        else
            told := append_event(ended.room_id, 'error', ended.agent_id, run, ended.trigger_seq, null,
                jsonb_build_object('message', why, 'text', said,
                                   'retriable', coalesce(ending_result -> 'retriable', 'true')));
        end if;
        return query select ended.room_id, event_frame(event_json(told));
    end if;
    return query select ended.room_id, run_frame(ended);
end $$;

-- Asks runs to stop. One that nobody executes now ends at once; the executor of a running one is told, keeps what it
-- has and ends it. Returns what is to be published after the commit.
create function cancel_runs(wanted uuid[], why text) returns table (room uuid, message text) language plpgsql as $$
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
            return query select * from finish_run(one.id, null, 'cancelled', why, '{}', null);
        end if;
    end loop;
end $$;

-- What the caller is to a run: a role in its room ("viewer" for everybody in a public one); for a run without a room
-- "owner" to who asked for it and to who may manage providers. Null: the run is invisible.
create function run_role(r runs) returns text language sql stable as $$
    select case when r.room_id is null
        then case when r.asked_by = caller_id() or caller_may('providers.manage') then 'owner' end
        else (select coalesce(m.role, case when room.visibility = 'public' then 'viewer' end)
              from rooms room left join room_members m on m.room_id = room.id and m.principal_id = caller_id()
              where room.id = r.room_id and room.deleted_at is null)
        end
$$;

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

-- Asks again what a run did not bring to an end: a new run for the same message. With mode "resume" it starts from the
-- text that was kept, with "again" from nothing.
create function retry_run(wanted uuid, mode text) returns runs language plpgsql as $$
declare
    old runs;
    made runs;
begin
    old := run_for_change(wanted);
    if old.kind <> 'agent' or old.state not in ('failed', 'cancelled', 'timed_out', 'lost') then
        perform raise_outcome('CA409', 'Only an answer that failed or was stopped can be asked for again.');
    elsif exists (select from rooms where id = old.room_id and archived_at is not null) then
        perform raise_outcome('CA409', 'The room is archived.');
    elsif not exists (select from agents a join principals p on p.id = a.id
                      where a.id = old.agent_id and a.desired_state = 'started' and p.deleted_at is null) then
        perform raise_outcome('CA409', 'The agent is stopped. Start it first.');
    elsif not exists (select from room_members
                      where room_id = old.room_id and principal_id = old.agent_id and role <> 'viewer') then
        perform raise_outcome('CA409', 'The agent is not a member of the room any more, or may only read in it.');
    elsif is_taken_back(old.id) then
        perform raise_outcome('CA409', 'This answer was deleted.');
    elsif room_is_busy(old.room_id) then
        perform raise_outcome('CA409', 'Too many answers are under way in this room. Ask again when some have ended.');
    elsif exists (select from runs where room_id = old.room_id and state in ('queued', 'running', 'waiting')
                                         and inputs ->> 'retry_of' = old.id::text) then
        perform raise_outcome('CA409', 'This answer is being asked for again already.');
    end if;
    insert into runs (kind, asked_by, agent_id, room_id, trigger_seq, depth, inputs, retriable)
    values ('agent', caller_id(), old.agent_id, old.room_id, old.trigger_seq, old.depth,
            jsonb_build_object('retry_of', old.id, 'mode', mode), true)
    returning * into made;
    if mode = 'resume' then
        insert into run_output (run_id, position, stream, bytes)
        select made.id, 0, 'text', convert_to(said, 'UTF8')
        from coalesce(old.result ->> 'text', run_text(old.id)) as said where said <> '';
    end if;
    perform append_event(made.room_id, 'run', caller_id(), made.id, made.trigger_seq, null,
                         jsonb_build_object('state', 'queued', 'agent', run_agent_json(made.agent_id)));
    perform pg_notify('run_queued', made.id::text);
    return made;
end $$;

-- The agent is gone: its runs stop, it leaves its rooms, its handle is free again. Its name stays in what it wrote.
-- Returns what is to be published after the commit.
create function remove_agent(wanted uuid) returns table (room uuid, message text) language plpgsql as $$
declare
    agent agents := agent_for_edit(wanted, null);
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
    return query select * from cancel_runs(live, 'The agent was deleted.');
    for one in
        select m.room_id from room_members m join rooms r on r.id = m.room_id
        where m.principal_id = agent.id and r.deleted_at is null order by m.room_id
    loop
        return query select one, event_frame(event_json(append_event(
            one, 'member', caller_id(), null, null, null,
            jsonb_build_object('action', 'removed', 'member', author_json(self)))));
    end loop;
    delete from room_members where principal_id = agent.id;
    update agents set desired_state = 'stopped', provider_id = null where id = agent.id;
    update principals set deleted_at = now(), handle = 'deleted-' || right(id::text, 12) where id = agent.id;
    insert into audit_log (action, object_kind, object_id, detail)
    values ('agent.delete', 'agent', agent.id::text, jsonb_build_object('handle', self.handle, 'name', self.name));
end $$;
