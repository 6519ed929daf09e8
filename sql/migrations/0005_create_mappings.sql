-- Named sets of variables for scripts, workflows and jobs. Values that are secret are sealed by the program before they
-- come here, and never leave again but to the runner.
create table mappings (
    id uuid primary key default uuid_v7(),
    name citext not null check (char_length(name) between 1 and 80),
    description text not null default '' check (char_length(description) <= 2000),
    visibility text not null default 'private' check (visibility in ('private', 'team')),
    owner_id uuid not null references principals,
    version int not null default 1,
    deleted_at timestamptz,                      -- its runs go on naming it; its entries are gone
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create unique index mappings_name on mappings (name) where deleted_at is null;
create index mappings_owner on mappings (owner_id, id);

create table mapping_entries (
    mapping_id uuid not null references mappings on delete cascade,
    key text not null check (key ~ '^[A-Za-z_][A-Za-z0-9_]{0,63}$'),
    value text check (char_length(value) <= 16000),  -- of what is not secret
    sealed text,                                     -- of what is
    primary key (mapping_id, key),
    check (num_nonnulls(value, sealed) = 1)
);
