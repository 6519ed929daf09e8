-- Rooms and THE room log: one sequence a room, never updated; an edit is an event that refers to another.
create table rooms (
    id uuid primary key default uuid_v7(),
    name text not null check (char_length(name) between 1 and 80),
    topic text not null default '' check (char_length(topic) <= 500),
    visibility text not null default 'private' check (visibility in ('private', 'public')),
    last_seq bigint not null default 0,        -- the newest event
    last_number bigint not null default 0,     -- how many messages (message, result) there are; unread = this - read_number
    last_event_at timestamptz not null default now(), -- to the second, see append_event
    archived_at timestamptz,
    deleted_at timestamptz,                    -- invisible at once; the runner removes the rows
    created_by uuid not null references principals,
    version int not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
) with (fillfactor = 70);                      -- every event updates its room: leave room for it on the page
create index rooms_active on rooms (last_event_at) where deleted_at is null;
create index rooms_public on rooms (id) where visibility = 'public' and deleted_at is null;
create index rooms_deleted on rooms (deleted_at) where deleted_at is not null;

create table room_members (
    room_id uuid not null references rooms on delete cascade,
    principal_id uuid not null references principals,
    role text not null check (role in ('owner', 'member', 'viewer')),
    read_seq bigint not null default 0,
    read_number bigint not null default 0,
    mention_seq bigint not null default 0,     -- the newest event that mentions this member
    notify text not null default 'mentions' check (notify in ('all', 'mentions', 'none')),
    invited_by uuid references principals,
    created_at timestamptz not null default now(),
    primary key (room_id, principal_id)
) with (fillfactor = 80);
create index room_members_principal on room_members (principal_id, room_id);

create table room_events (
    room_id uuid not null references rooms on delete cascade,
    seq bigint not null,
    number bigint not null,                    -- messages up to and including this event
    kind text not null check (kind in ('message', 'edit', 'delete', 'reaction', 'thought', 'tool_call', 'tool_result',
                                       'result', 'error', 'run', 'approval', 'member', 'room')),
    principal_id uuid references principals,   -- null: the system
    run_id uuid,
    reply_to bigint,                           -- the event that this one answers
    target bigint,                             -- the event that an edit, delete or reaction is about
    body jsonb not null default '{}',
    created_at timestamptz not null default clock_timestamp(),
    primary key (room_id, seq)
);
create index room_events_target on room_events (room_id, target, seq) where target is not null;
create index room_events_run on room_events (run_id) where run_id is not null;
create index room_events_reply on room_events (room_id, reply_to, seq) where reply_to is not null;
