-- A run whose script asks for it acts through the API for its asker, by a token that is valid while the run is in progress.
alter table scripts add column api text not null default 'none' check (api in ('none', 'read', 'write'));

-- That of its script when it was queued; null: none.
alter table runs add column api text check (api in ('read', 'write'));

-- A row only while the run has a token. The SHA-256 of it; attempt: of the executor that made it.
create table run_tokens (
    run_id uuid primary key references runs on delete cascade,
    attempt int not null,
    user_id uuid not null references users on delete cascade,
    token_hash text not null unique
);
create index run_tokens_user on run_tokens (user_id);

-- The run that acted, by its token.
alter table audit_log add column run_id uuid;
alter table audit_log alter column run_id set default nullif(current_setting('coagent.run', true), '')::uuid;
