-- What the running program (coagent_app) may do, table by table. coagentctl migrate runs this each time.
grant usage on schema public to coagent_app;
grant select, insert, update, delete on all tables in schema public to coagent_app;
grant usage on all sequences in schema public to coagent_app;

-- What is only added to.
do $$
begin
    execute format('revoke update, delete, truncate on %s from coagent_app', array_to_string(append_only_names(), ', '));
end $$;
-- What a migration lists.
revoke insert, update, delete, truncate on run_kinds from coagent_app;
-- The history of the schema is its owner's.
revoke insert, update, delete, truncate on schema_migrations, schema_functions from coagent_app;

-- A temporary table of the program could stand in for one of the owner's in a function that runs with the owner's rights.
do $$
begin
    execute format('revoke temporary on database %I from public, coagent_app', current_database());
end $$;
