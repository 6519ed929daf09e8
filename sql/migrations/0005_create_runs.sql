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
    parent_id uuid references runs,
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
create index runs_agent on runs (agent_id, id) where agent_id is not null;
create index runs_asked on runs (asked_by, id);

create table run_output (
    run_id uuid not null references runs on delete cascade,
    position bigint not null,                    -- byte offset of this chunk in the run's whole output
    stream text not null default 'stdout' check (stream in ('stdout', 'stderr', 'text')),
    bytes bytea not null,
    at timestamptz not null default clock_timestamp(),
    primary key (run_id, position)
);
