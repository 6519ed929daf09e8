-- Scripts: the head, which people edit, and its immutable versions, which run.
create table scripts (
    id uuid primary key default uuid_v7(),
    name citext not null check (char_length(name) between 1 and 80),
    description text not null default '' check (char_length(description) <= 2000),
    kind text not null check (kind in ('sh', 'python', 'node', 'playbook', 'terraform', 'aws')),
    visibility text not null default 'team' check (visibility in ('private', 'team')),
    owner_id uuid not null references principals,
    latest int not null default 1,               -- the number of the newest version
    network boolean not null default false,      -- granted by who may: stays granted whatever the next version does
    mapping_id uuid references mappings,
    limits jsonb not null default '{}',          -- narrower than the configured ones: memory_mb, cpu_seconds, wall_seconds …
    label text check (char_length(label) between 1 and 40), -- runs only where the runner has this label
    retriable boolean not null default false,    -- may run again when its runner died: at least once, else at most once
    version int not null default 1,
    deleted_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create unique index scripts_name on scripts (name) where deleted_at is null;
create index scripts_owner on scripts (owner_id, id);
create index scripts_mapping on scripts (mapping_id) where mapping_id is not null;

create table script_versions (
    script_id uuid not null references scripts,
    number int not null,
    code text not null check (octet_length(code) <= 524288),
    parameters jsonb not null default '{}',      -- what it takes: a small subset of JSON Schema
    note text not null default '' check (char_length(note) <= 200),
    author_id uuid not null references principals,
    created_at timestamptz not null default now(),
    primary key (script_id, number)
);

-- What a script keeps from one run to the next (the state of terraform), sealed by the runner.
create table script_states (
    script_id uuid primary key references scripts,
    sealed text not null,
    updated_at timestamptz not null default now()
);
