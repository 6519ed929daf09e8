-- What the running program may do: no DDL, only additions to the audit log and to the room log.
grant usage on schema public to coagent_app;
grant select, insert, update, delete on all tables in schema public to coagent_app;
revoke update, delete, truncate on audit_log, room_events from coagent_app;
grant usage on all sequences in schema public to coagent_app;
alter default privileges in schema public grant select, insert, update, delete on tables to coagent_app;
alter default privileges in schema public grant usage on sequences to coagent_app;
revoke insert, update, delete, truncate on schema_migrations from coagent_app;
