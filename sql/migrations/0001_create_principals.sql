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

-- Who acts in this transaction, as the guard statement set it (empty: nobody, or the system).
create function caller_id() returns uuid language sql stable parallel safe as $$
    select nullif(current_setting('coagent.caller', true), '')::uuid
$$;

create table principals (
    id uuid primary key default uuid_v7(),
    kind text not null check (kind in ('user', 'agent')),
    handle citext not null unique check (handle ~ '^[a-z0-9][a-z0-9._-]{0,38}$'),
    name text not null check (char_length(name) between 1 and 80),
    deleted_at timestamptz,
    created_at timestamptz not null default now()
);

-- What a user may be permitted, beyond what everybody may. Administrators may all of it.
create function permission_names() returns text[] language sql immutable parallel safe as $$
    select array['rooms.create', 'agents.create', 'agents.manage', 'providers.manage', 'scripts.create', 'scripts.manage',
                 'scripts.network', 'mappings.create', 'mappings.manage', 'runs.manage', 'users.manage', 'audit.read',
                 'monitoring.read', 'settings.manage']
$$;

-- What a new user may until somebody says otherwise.
create function default_permissions() returns text[] language sql immutable parallel safe as $$
    select array['rooms.create', 'agents.create', 'scripts.create', 'mappings.create']
$$;

create table users (
    id uuid primary key references principals,
    email citext not null unique check (char_length(email) between 3 and 254),
    password_hash text not null,
    role text not null default 'user' check (role in ('admin', 'user')),
    permissions text[] not null default default_permissions()
        check (permissions <@ permission_names()),
    theme text not null default 'system' check (theme in ('system', 'light', 'dark')),
    disabled_at timestamptz,
    version int not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index users_admins on users (id) where role = 'admin';

create table sessions (
    id uuid primary key default uuid_v7(),
    user_id uuid not null references users on delete cascade,
    -- A refresh token is "<family>.<random>". Both hashes are SHA-256 in hex. Whoever knows the family had one of its
    -- tokens: one that is neither the present nor, for some seconds, the previous one means theft and ends the session.
    family_hash text not null,        -- of the family: finds the session by any of its tokens, however old
    refresh_hash text not null,       -- of the whole token that is valid now
    previous_hash text,               -- of the one before it
    rotated_at timestamptz not null default now(),
    address inet,
    agent text not null default '' check (char_length(agent) <= 300),
    last_seen_at timestamptz not null default now(),
    expires_at timestamptz not null,
    revoked_at timestamptz,
    revoked_reason text check (revoked_reason in ('logout', 'user', 'admin', 'reuse', 'password', 'disabled')),
    created_at timestamptz not null default now()
);
create unique index sessions_family on sessions (family_hash);
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
create index api_tokens_expiry on api_tokens (expires_at) where expires_at is not null;

-- Failed log-ins by account ("a:" and the address as given, whether it exists or not) and by network address ("i:"), and
-- refusals of unproved callers by network address ("r:i:", see admit_anonymous_refusal).
create table login_throttles (
    subject text primary key check (char_length(subject) <= 300),
    failures real not null,           -- forgiven slowly, so not a whole number
    blocked_until timestamptz,
    last_failure_at timestamptz not null default now()
);
create index login_throttles_expiry on login_throttles (last_failure_at);

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
