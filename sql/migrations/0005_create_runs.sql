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
-- Each asker has a queue of his own, so that nobody's thousand runs stand before another's one.
create index runs_queue on runs (coalesce(asked_by, '00000000-0000-0000-0000-000000000000'), priority desc, due_at, id)
    where state = 'queued';
create index runs_due on runs (due_at) where state = 'queued';
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

-- Whether the answer of a run was deleted in its room: then nobody reads it by another way.
create function is_taken_back(run uuid) returns boolean language sql stable as $$
    select exists (select from room_events e
                   join room_events d on d.room_id = e.room_id and d.target = e.seq and d.kind = 'delete'
                   where e.run_id = run and e.kind in ('result', 'error'))
$$;

-- The agent is gone: its runs stop, it leaves its rooms, its handle is free again. Its name stays in what it wrote.
-- Returns what is to be published after the commit.
create function remove_agent(wanted uuid) returns table (channel text, document text) language plpgsql as $$
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
        return query select 'r_' || one, event_frame(event_json(append_event(
            one, 'member', caller_id(), null, null, null,
            jsonb_build_object('action', 'removed', 'member', author_json(self)))));
    end loop;
    delete from room_members where principal_id = agent.id;
    update agents set desired_state = 'stopped', provider_id = null where id = agent.id;
    update principals set deleted_at = now(), handle = 'deleted-' || right(id::text, 12) where id = agent.id;
    insert into audit_log (action, object_kind, object_id, detail)
    values ('agent.delete', 'agent', agent.id::text, jsonb_build_object('handle', self.handle, 'name', self.name));
end $$;
