-- What the running program may not do, whatever a fault in it would try.
begin;
select no_plan();

-- the two logs
select table_privs_are('public', 'audit_log', 'coagent_app', array['SELECT', 'INSERT'], 'the program only adds to the audit log');
select table_privs_are('public', 'room_events', 'coagent_app', array['SELECT', 'INSERT'], 'the program only adds to the room log');
select table_privs_are('public', 'schema_functions', 'coagent_app', array['SELECT'], 'the program only reads the history of functions');
select table_privs_are('public', 'run_kinds', 'coagent_app', array['SELECT'], 'the kinds of runs are a migration''s');
select table_privs_are('public', 'schema_migrations', 'coagent_app', array['SELECT'], 'the program only reads the history of the schema');
select table_privs_are('public', 'script_versions', 'coagent_app', array['SELECT', 'INSERT'], 'the program never changes a version of a script');

-- everything else it can use
select table_privs_are('public', tablename, 'coagent_app', array['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
                       'the program works with ' || tablename)
from pg_tables
where schemaname = 'public' and tablename not in ('audit_log', 'room_events', 'run_kinds', 'schema_functions', 'schema_migrations', 'script_versions') and tableowner = 'coagent';
select is_empty($$select tablename from pg_tables where schemaname = 'public' and tableowner = 'coagent_app'$$,
                'the program owns no table');
select is_empty($$select rolname from pg_roles where rolname in ('coagent', 'coagent_app') and (rolsuper or rolcreaterole or rolbypassrls)$$,
                'neither role is more than it must be');
select ok(not has_schema_privilege('coagent_app', 'public', 'CREATE'), 'the program makes no tables');
select ok(not has_database_privilege('coagent_app', current_database(), 'CREATE'), 'the program makes no schemas');

select ok(not has_database_privilege('coagent_app', current_database(), 'TEMPORARY'), 'the program makes no temporary tables');

-- What runs by the owner's rights finds nothing that somebody else has put in its way.
select is_empty($$select p.oid::regprocedure from pg_proc p join pg_namespace n on n.oid = p.pronamespace
                  where p.prosecdef and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
                        and not coalesce(p.proconfig @> array['search_path=public, pg_temp'], false)$$,
                'every security definer function looks in public, and in temporary schemas last');
select is_empty($$select p.oid::regprocedure from pg_proc p
                  where p.prosecdef and p.pronamespace = 'public'::regnamespace
                        and p.prosrc ~* '\m(from|join|update|into|using) (?!public\.|only |skip |select|gone|one\M|removed|as\M)[a-z_]+\M(?!\()'$$,
                'and names its tables with their schema');
select is_empty($$select p.oid::regprocedure from pg_proc p
                  where p.prosecdef and has_function_privilege('public', p.oid, 'execute') and p.pronamespace = 'public'::regnamespace$$,
                'and is not for everybody');

-- and tried
insert into principals (id, kind, handle, name) values ('01890000-0000-7000-8000-000000000001', 'user', 'grants', 'Grants');
insert into rooms (id, name, created_by)
values ('01890000-0000-7000-8000-0000000000aa', 'Room', '01890000-0000-7000-8000-000000000001');
set local role coagent_app;
select lives_ok($$insert into audit_log (action) values ('test.add')$$, 'adding to the audit log works');
select throws_ok($$update audit_log set action = 'test.lie'$$, '42501', null, 'the audit log cannot be rewritten');
select throws_ok($$delete from audit_log$$, '42501', null, 'the audit log cannot be thinned out');
select throws_ok($$truncate audit_log$$, '42501', null, 'the audit log cannot be emptied');
select lives_ok($$select append_event('01890000-0000-7000-8000-0000000000aa', 'message', null, null, null, null, '{}')$$,
                'adding to the room log works');
select throws_ok($$update room_events set body = '{}'$$, '42501', null, 'the room log cannot be rewritten');
select throws_ok($$delete from room_events$$, '42501', null, 'the room log cannot be thinned out');
select throws_ok($$truncate room_events$$, '42501', null, 'the room log cannot be emptied');
select throws_ok($$create temporary table rooms (id uuid)$$, '42501', null, 'no temporary tables');
select throws_ok($$select drop_functions('{public}'); select drop_functions('{pg_catalog}'); create schema mine$$, '42501', null,
                 'the owner''s rights are lent for schemas of functions only');
select throws_ok($$create table mine (x int)$$, '42501', null, 'no DDL: create table');
select throws_ok($$alter table users add column x int$$, '42501', null, 'no DDL: alter table');
select throws_ok($$drop table users$$, '42501', null, 'no DDL: drop table');
select throws_ok($$create or replace function caller_id() returns uuid language sql as 'select null::uuid'$$, '42501', null,
                 'no DDL: replace function');
select throws_ok($$alter table audit_log disable trigger all$$, '42501', null, 'no DDL: disable triggers');
select throws_ok($$insert into schema_migrations (number, name, checksum) values (9999, 'x', 'x')$$, '42501', null,
                 'the history of the schema is not the program''s to write');
select throws_ok($$copy users to program 'cat'$$, '42501', null, 'no programs on the server');
select throws_ok($$select pg_read_file('/etc/passwd')$$, '42501', null, 'no files of the server');

-- A room goes with all that hangs on it, though the program may not delete events itself: the cascade acts for the owner.
select lives_ok($$delete from rooms where id = '01890000-0000-7000-8000-0000000000aa'$$, 'deleting a room works');
select is_empty($$select from room_events where room_id = '01890000-0000-7000-8000-0000000000aa'$$, 'and its log goes with it');
reset role;

select * from finish();
rollback;
