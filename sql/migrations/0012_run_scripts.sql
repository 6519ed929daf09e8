-- Runs of scripts: what they are given, how they end, and what they leave behind.
alter table runs
    add script_id uuid references scripts,
    add script_version int,
    add mapping_id uuid references mappings on delete set null,
    add via text not null default 'api' check (via in ('api', 'ui', 'room', 'job', 'mcp', 'agent', 'workflow')),
    add label text,                              -- only a runner that has it may claim the run
    add dry_run boolean not null default false,
    add network boolean not null default false,
    add limits jsonb not null default '{}',
    add exit_code int,
    add signal int,
    add ended_by text check (ended_by in ('exit', 'signal', 'memory', 'cpu_time', 'wall_time', 'output', 'processes', 'disk',
                                          'cancelled', 'start', 'lost')),
    add output_bytes bigint not null default 0,
    add output_truncated boolean not null default false,
    add retry_of uuid references runs on delete set null,
    add constraint runs_script_version foreign key (script_id, script_version) references script_versions,
    add constraint runs_of_scripts check ((kind = 'script') = (script_id is not null));
create index runs_script on runs (script_id, id) where script_id is not null;
create index runs_mapping on runs (mapping_id) where mapping_id is not null;
create index runs_retry on runs (retry_of) where retry_of is not null;
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
    sandbox jsonb not null default '{}',         -- {"ok","network","cgroup","message"}
    seen_at timestamptz not null default now()
);
