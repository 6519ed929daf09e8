-- People and agents. One concept, the principal, stands in the room log, in memberships and in the audit log.
create extension if not exists citext;

-- UUID version 7 (RFC 9562, section 5.7): 48 bits of milliseconds, then random bits; so ids sort by time.
create function uuid_v7() returns uuid language sql volatile parallel safe as $$
    select encode(
        set_bit(set_bit(
            overlay(uuid_send(gen_random_uuid())
                placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
                from 1 for 6), 52, 1), 53, 1), 'hex')::uuid
$$;

-- Ends the transaction with an outcome for the user. The code's last three digits are the HTTP status.
create function raise_outcome(code text, sentence text, field text default '', retry_after int default 0)
returns void language plpgsql as $$
begin
    raise exception using errcode = code, message = sentence, column = field, hint = retry_after::text;
end $$;

-- RFC 3339 in UTC with milliseconds, as the API writes times. Stable, as to_char is: else it would not be inlined, and a
-- call of it would cost more than the rest of a row.
create function api_time(t timestamptz) returns text language sql stable parallel safe as $$
    select to_char(t at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

-- Who acts in this transaction, as the guard statement set it (empty: nobody, or the system).
create function caller_id() returns uuid language sql stable parallel safe as $$
    select nullif(current_setting('coagent.caller', true), '')::uuid
$$;

-- Where a list that is ordered by id goes on: base64url of the last id (22 characters). Null gives null.
create function cursor_of(id uuid) returns text language sql immutable parallel safe as $$
    select rtrim(translate(encode(uuid_send(id), 'base64'), '+/', '-_'), '=')
$$;

create function cursor_id(cursor text) returns uuid language plpgsql immutable parallel safe as $$
begin
    if cursor is null then
        return null;
    end if;
    if cursor !~ '^[A-Za-z0-9_-]{22}$' then
        perform raise_outcome('CA422', 'This is not the cursor of a list.', 'cursor');
    end if;
    return encode(decode(translate(cursor, '-_', '+/') || '==', 'base64'), 'hex')::uuid;
end $$;

create table principals (
    id uuid primary key default uuid_v7(),
    kind text not null check (kind in ('user', 'agent')),
    handle citext not null unique check (handle ~ '^[a-z0-9][a-z0-9._-]{0,38}$'),
    name text not null check (char_length(name) between 1 and 80),
    deleted_at timestamptz,
    created_at timestamptz not null default now()
);

create table users (
    id uuid primary key references principals,
    email citext not null unique check (char_length(email) between 3 and 254),
    password_hash text not null,
    role text not null default 'user' check (role in ('admin', 'user')),
    permissions text[] not null default array['rooms.create', 'agents.create']
        check (permissions <@ array['rooms.create', 'agents.create', 'agents.manage', 'providers.manage',
                                    'users.manage', 'audit.read', 'monitoring.read', 'settings.manage']),
    theme text not null default 'system' check (theme in ('system', 'light', 'dark')),
    disabled_at timestamptz,
    version int not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table sessions (
    id uuid primary key default uuid_v7(),
    user_id uuid not null references users on delete cascade,
    refresh_hash text not null,       -- SHA-256 of the refresh token that is valid now
    previous_hash text,               -- the one before it: its use again means theft, and revokes the session
    rotated_at timestamptz not null default now(),
    address inet,
    agent text not null default '' check (char_length(agent) <= 300),
    last_seen_at timestamptz not null default now(),
    expires_at timestamptz not null,
    revoked_at timestamptz,
    revoked_reason text check (revoked_reason in ('logout', 'user', 'admin', 'reuse', 'password', 'disabled')),
    created_at timestamptz not null default now()
);
create unique index sessions_refresh on sessions (refresh_hash);
create index sessions_previous on sessions (previous_hash) where previous_hash is not null;
create index sessions_user on sessions (user_id, id);
create index sessions_expiry on sessions (expires_at);

create table api_tokens (
    id uuid primary key default uuid_v7(),
    user_id uuid not null references users on delete cascade,
    name text not null check (char_length(name) between 1 and 80),
    token_hash text not null unique,
    scopes text[] not null check (scopes <@ array['read', 'write', 'admin'] and cardinality(scopes) > 0),
    expires_at timestamptz,
    last_used_at timestamptz,
    created_at timestamptz not null default now()
);
create index api_tokens_user on api_tokens (user_id, id);

-- Failed log-ins by account ("a:" and the address as given, whether it exists or not) and by address ("i:" and the IP).
create table login_throttles (
    subject text primary key check (char_length(subject) <= 300),
    failures int not null,
    blocked_until timestamptz,
    last_failure_at timestamptz not null default now()
);

create table idempotency_keys (
    user_id uuid not null references users on delete cascade,
    key text not null check (char_length(key) between 1 and 200),
    fingerprint text not null,        -- SHA-256 of method, path and body: the same key for another request is a 409
    status int,
    location text,
    answer text,
    expires_at timestamptz not null default now() + interval '24 hours',
    primary key (user_id, key)
);
create index idempotency_keys_expiry on idempotency_keys (expires_at);

create table settings (
    key text primary key,
    value jsonb not null,
    updated_at timestamptz not null default now()
);
