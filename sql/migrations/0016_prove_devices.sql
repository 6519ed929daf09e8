-- Browsers in which a user has logged in: wrong log-ins of others do not block a log-in from one of them.
create table devices (
    id uuid primary key default uuid_v7(),
    user_id uuid not null references users on delete cascade,
    token_hash text not null,         -- SHA-256 of the cookie, which all users of a browser share
    last_seen_at timestamptz not null default now(),
    expires_at timestamptz not null,
    created_at timestamptz not null default now()
);
create unique index devices_token on devices (token_hash, user_id);
create index devices_user on devices (user_id, last_seen_at);
create index devices_expiry on devices (expires_at);

-- The device of the log-in; null: a client without cookies, or a device that has been forgotten.
alter table sessions add column device_id uuid;

-- The e-mail address, of the subjects that a new password of the account frees.
alter table login_throttles add column account text;
create index login_throttles_account on login_throttles (account) where account is not null;
