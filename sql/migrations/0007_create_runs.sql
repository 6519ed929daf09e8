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
    script_id uuid references scripts,
    script_version int,
    mapping_id uuid references mappings on delete set null,
    via text not null default 'api' check (via in ('api', 'ui', 'room', 'job', 'mcp', 'agent', 'workflow')),
    label text,                              -- only a runner that has it may claim the run
    alone uuid,                              -- while it runs, no other run with the same: a script that keeps a state
    dry_run boolean not null default false,
    network boolean not null default false,
    limits jsonb not null default '{}',
    exit_code int,
    signal int,
    ended_by text check (ended_by in ('exit', 'signal', 'memory', 'cpu_time', 'wall_time', 'output', 'processes', 'disk',
                                          'cancelled', 'start', 'lost')),
    output_bytes bigint not null default 0,
    output_truncated boolean not null default false,
    retry_of uuid references runs on delete set null,
    check ((state in ('succeeded', 'failed', 'cancelled', 'timed_out', 'lost')) = (finished_at is not null)),
    check (state <> 'running' or lease_until is not null),
    constraint runs_script_version foreign key (script_id, script_version) references script_versions,
    constraint runs_of_scripts check ((kind = 'script') = (script_id is not null))
) with (fillfactor = 85); -- leases are renewed all the time: with room on its page the next version of a row needs no index entry
-- Each asker has a queue of his own, so that nobody's thousand runs stand before another's one.
create index runs_queue on runs (coalesce(asked_by, '00000000-0000-0000-0000-000000000000'), priority desc, due_at, id)
    where state = 'queued';
-- Only those that were put off when they were queued. An index of all that wait tempts the planner, who takes the queue
-- for short, to sort it anew for every claim.
create index runs_due on runs (due_at) where state = 'queued' and due_at > queued_at;
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
create unique index runs_alone on runs (alone) where state = 'running' and alone is not null;
create index runs_script on runs (script_id, id) where script_id is not null;
create index runs_script_live on runs (script_id) where script_id is not null and state in ('queued', 'running', 'waiting');
create index runs_script_asked on runs (script_id, asked_by, id) where script_id is not null;
create index runs_mapping_live on runs (mapping_id) where mapping_id is not null and state in ('queued', 'running', 'waiting');
create index runs_retry on runs (retry_of) where retry_of is not null;

-- The history of runs, newest first: whatever is asked for, the newest of a few sources are merged, and each source is
-- read by an index in the order of the list, from where the page begins.
create index runs_kind on runs (kind, id);
create index runs_kind_state on runs (kind, state, id);
create index runs_asked_state on runs (asked_by, state, id);
create index runs_room_state on runs (room_id, state, id) where room_id is not null;
create index runs_agent_state on runs (agent_id, state, id) where agent_id is not null;
create index runs_agent_room on runs (agent_id, room_id, id) where agent_id is not null;
create index runs_script_state on runs (script_id, state, id) where script_id is not null;

create table run_output (
    run_id uuid not null references runs on delete cascade,
    position bigint not null,                    -- byte offset of this chunk in the run's whole output
    stream text not null default 'stdout' check (stream in ('stdout', 'stderr', 'text')),
    bytes bytea not null,
    at timestamptz not null default clock_timestamp(),
    primary key (run_id, position)
);
-- Written once, read rarely: compressing it would cost more time than it saves space.
alter table run_output alter bytes set storage external;

-- What a run has left in its folder "out".
create table files (
    id uuid primary key default uuid_v7(),
    run_id uuid references runs on delete cascade,
    path text not null check (octet_length(path) between 1 and 1024),
    media_type text not null default 'application/octet-stream',
    size bigint not null,
    sha256 text not null,
    created_at timestamptz not null default now()
);
create index files_run on files (run_id, path) where run_id is not null;

create table file_chunks (
    file_id uuid not null references files on delete cascade,
    position bigint not null,                    -- byte offset in the file
    bytes bytea not null,
    primary key (file_id, position)
);
alter table file_chunks alter bytes set storage external;

-- The hosts that execute runs, as each told last.
create table runners (
    host text primary key,
    interpreters jsonb not null default '{}',    -- kind -> {"path","version"}; an absent kind is not installed
    labels text[] not null default '{}',
    sandbox jsonb not null default '{}',         -- {"ok","message","limits"}
    seen_at timestamptz not null default now()
);
