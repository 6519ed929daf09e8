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

-- The one way to write into a room's log: takes the lock on the room, so that sequence, commit order and time agree, and
-- gives the event its numbers. Locks are taken in the order run, room, member, so that nobody waits in a circle.
-- last_event_at moves once a second at the most: it is indexed, and a burst of events must stay a cheap (HOT) update.
create function append_event(the_room uuid, the_kind text, the_principal uuid, the_run uuid, the_reply_to bigint,
                             the_target bigint, the_body jsonb)
returns room_events language plpgsql as $$
declare
    event room_events;
begin
    update rooms set
        last_seq = last_seq + 1,
        last_number = last_number + (the_kind in ('message', 'result'))::int,
        last_event_at = case when last_event_at > clock_timestamp() - interval '1 second' then last_event_at
                             else clock_timestamp() end
    where id = the_room and deleted_at is null
    returning last_seq, last_number into event.seq, event.number;
    if not found then
        perform raise_outcome('CA404', 'The room is gone.');
    end if;
    insert into room_events (room_id, seq, number, kind, principal_id, run_id, reply_to, target, body)
    values (the_room, event.seq, event.number, the_kind, the_principal, the_run, the_reply_to, the_target, the_body)
    returning * into event;
    return event;
end $$;

-- An event as everybody sees it: in answers, in the history and in the frames on r_<room>, byte for byte.
create type author_document as (id uuid, kind text, name text, handle citext);
create type event_document as (room uuid, seq bigint, kind text, author json, at text, body jsonb, reply_to bigint,
                               target bigint, run uuid);

create function author_json(author principals) returns json language sql stable parallel safe as $$
    select case when author.id is not null
                then row_to_json(row(author.id, author.kind, author.name, author.handle)::author_document) end
$$;

-- The body is given apart, because the history applies later edits to it.
create function event_json(event room_events, author principals, body jsonb) returns json
language sql stable parallel safe as $$
    select row_to_json(row(event.room_id, event.seq, event.kind, author_json(author), api_time(event.created_at), body,
                           event.reply_to, event.target, event.run_id)::event_document)
$$;

-- In plpgsql, as what each message calls: it keeps its plans, where a function in SQL that cannot be inlined plans anew.
create function event_json(event room_events) returns json language plpgsql stable as $$
declare
    author principals;
begin
    select * into author from principals where id = event.principal_id;
    return event_json(event, author, event.body);
end $$;

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
