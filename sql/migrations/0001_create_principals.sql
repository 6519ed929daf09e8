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

-- The same for several fields at once: a list of {"field","message"}. As many are told as an answer has room for.
create function raise_fields(sentence text, errors jsonb) returns void language plpgsql as $$
declare
    told jsonb := '[]';
    error jsonb;
begin
    for error in select * from jsonb_array_elements(errors) loop
        exit when octet_length(told::text) + octet_length(error::text) > 3900;
        told := told || error;
    end loop;
    raise exception using errcode = 'CA422', message = sentence, detail = told::text;
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

-- The same for a list that is ordered by a number.
create function cursor_number(cursor text) returns bigint language plpgsql immutable parallel safe as $$
begin
    if cursor !~ '^[0-9]{1,18}$' then
        perform raise_outcome('CA422', 'This is not the cursor of a list.', 'cursor');
    end if;
    return cursor::bigint;
end $$;

-- The same for a list that is ordered by name.
create function cursor_of(name text) returns text language sql immutable parallel safe as $$
    select 'n.' || rtrim(translate(encode(convert_to(name, 'UTF8'), 'base64'), E'+/\n', '-_'), '=')
$$;

create function cursor_text(cursor text) returns text language plpgsql immutable parallel safe as $$
declare
    encoded constant text := translate(substr(cursor, 3), '-_', '+/');
begin
    if cursor !~ '^n\.[A-Za-z0-9_-]+$' then
        perform raise_outcome('CA422', 'This is not the cursor of a list.', 'cursor');
    end if;
    return convert_from(decode(rpad(encoded, (char_length(encoded) + 3) / 4 * 4, '='), 'base64'), 'UTF8');
exception when invalid_parameter_value or character_not_in_repertoire or untranslatable_character then
    perform raise_outcome('CA422', 'This is not the cursor of a list.', 'cursor');
end $$;

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

-- Handles that would be taken for everybody, or for the program itself.
create function is_reserved_handle(handle text) returns boolean language sql immutable parallel safe as $$
    select lower(handle) in ('all', 'here', 'everyone', 'system')
$$;

-- A handle that nobody has, made from what is wanted (the local part of an e-mail address): ada, ada-2, ada-3 …
-- Whoever wants the same one waits until this transaction ends, so that two at once never get the same.
create function free_handle(wanted text) returns text language plpgsql as $$
declare
    base text := trim(both '._-' from left(regexp_replace(lower(wanted), '[^a-z0-9._-]+', '-', 'g'), 30));
    candidate text;
    number int := 1;
begin
    if base = '' then
        base := 'user';
    end if;
    candidate := base;
    perform pg_advisory_xact_lock(hashtextextended('handle:' || base, 0));
    while is_reserved_handle(candidate)
          or exists (select from principals where handle = candidate::citext) loop
        number := number + 1;
        candidate := base || '-' || number;
    end loop;
    return candidate;
end $$;

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

-- A user as the API shows one.
create function user_json(account users, principal principals) returns json language sql stable parallel safe as $$
    select json_build_object('id', account.id, 'email', account.email, 'name', principal.name,
        'handle', principal.handle, 'role', account.role, 'permissions', account.permissions, 'theme', account.theme,
        'disabled', account.disabled_at is not null, 'version', account.version,
        'created_at', api_time(account.created_at))
$$;

-- True when there is no user at all, and then until the end of this transaction nobody else gets this answer: of
-- registrations that race, one makes the first administrator.
create function is_first_user() returns boolean language plpgsql as $$
begin
    if exists (select from users) then
        return false;
    end if;
    perform pg_advisory_xact_lock(hashtextextended('users.first', 0));
    return not exists (select from users);
end $$;

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

-- The subject of a client's address: one IPv4 address, or the /64 that one IPv6 customer has at least.
create function throttle_subject(address inet) returns text language sql immutable parallel safe as $$
    select 'i:' || case family(address) when 4 then host(address) else network(set_masklen(address, 64))::text end
$$;

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
