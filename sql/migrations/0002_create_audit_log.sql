-- Every action: who, what, on what, from where, with which request. The running program can only add to it.
create table audit_log (
    id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    actor_id uuid default caller_id(),          -- null: nobody logged in, or the system
    on_behalf_of uuid default nullif(current_setting('coagent.on_behalf_of', true), '')::uuid,
    action text not null check (action ~ '^[a-z_]+\.[a-z_]+$'),
    outcome text not null default 'done' check (outcome in ('done', 'refused', 'failed')),
    object_kind text,
    object_id text,
    request_id uuid default nullif(current_setting('coagent.request', true), '')::uuid,
    address inet default nullif(current_setting('coagent.address', true), '')::inet,
    detail jsonb not null default '{}'
);
create index audit_log_actor on audit_log (actor_id, id);
create index audit_log_object on audit_log (object_kind, object_id, id);
create index audit_log_action on audit_log (action, id);
create index audit_log_request on audit_log (request_id, id) where request_id is not null;
create index audit_log_at on audit_log (at);
