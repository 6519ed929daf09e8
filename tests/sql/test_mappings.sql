-- What entries a mapping takes, and who keeps it from being deleted; the rest is tried through the API.
begin;
select plan(15);
-- A place for helpers: the program may make no temporary tables.
create schema trial;
grant all on schema trial to public;
alter default privileges in schema trial grant all on tables to public;
select set_config('search_path', 'trial, ' || current_setting('search_path'), true);

insert into principals (id, kind, handle, name) values ('01890000-0000-7000-8000-000000000001', 'user', 'ann', 'Ann');
insert into users (id, email, password_hash) values ('01890000-0000-7000-8000-000000000001', 'ann@example.com', 'x');
set local role coagent_app;
select set_config('coagent.caller', '01890000-0000-7000-8000-000000000001', true) \g /dev/null

create function trial.fault(entry jsonb, stored text default null) returns text language sql as $$
    select field from mapping_entry_fault(entry, case when stored is not null then row(null, 'K', null, stored)::mapping_entries end)
$$;

-- one entry
select is(trial.fault('{"key": "A", "value": ""}'), null, 'a variable may be empty');
select is(trial.fault('{"key": "A", "value": null}'), 'value', 'but not absent');
select is(trial.fault('{"key": "A", "sealed": "s1.x", "length": 4}'), null, 'a secret has four characters');
select is(trial.fault('{"key": "A", "sealed": "s1.x", "length": 3}'), 'value', 'not three');
select is(trial.fault('{"key": "A", "secret": true}', 's1.x'), null, 'one that is stored stays');
select is(trial.fault('{"key": "A", "secret": true}'), 'value', 'one that is not cannot');
select is(trial.fault('{"key": "A", "secret": false}', 's1.x'), 'value', 'a secret is not shown by leaving out its value');
select is(trial.fault('{"key": "A", "value": "new"}', 's1.x'), 'secret', 'nor by forgetting that it is one');
select is(array(select key from unnest(array['PATH', 'LD_AUDIT', 'COAGENT_X', 'PYTHONPATH', 'IFS', 'path', 'PATHS', 'MY_PATH']) as key
                where mapping_key_fault(key) is null), '{path,PATHS,MY_PATH}', 'names that decide what is executed are reserved');

-- all of them
create table trial.made as
select (document::json ->> 'id')::uuid as id
from mapping_create('{"name": "M", "entries": [{"key": "A", "value": "1"}, {"key": "S", "sealed": "s1.x", "length": 9, "secret": true}]}');
select lives_ok($$select set_mapping_entries((select id from made), '[{"key": "S", "secret": true}, {"key": "B", "value": "2"}]')$$);
select results_eq($$select key, value, sealed from mapping_entries where mapping_id = (select id from made) order by key$$,
                  $$values ('B', '2', null), ('S', null, 's1.x')$$, 'what is given replaces what was there');
select is((select detail from audit_log where action = 'mapping.create')::text ~ 's1\.|"1"', false, 'the audit log has keys only');

-- deleting
create table trial.used as
select (s.document::json ->> 'id')::uuid as script
from made, script_create(json_build_object('name', 'S', 'kind', 'sh', 'code', 'true', 'mapping', id)) s;
select throws_ok($$select mapping_delete((select id from made))$$, 'CA409',
                 'This mapping is used by S. Assign another one to them first.', 'a script keeps it');
create table trial.queued as select (queue_script_run(script, row('{}', null, false)::run_inputs, '{}', 'api')).id as run from used;
update scripts set mapping_id = null;
select throws_ok($$select mapping_delete((select id from made))$$, 'CA409', 'A run in progress uses this mapping. Stop the run or wait for its end.',
                 'so does a run that is not over');
select finish_run(run, null, 'succeeded', null, null, null) from queued \g /dev/null
select lives_ok($$select mapping_delete((select id from made))$$, 'then nothing does');

select * from finish();
rollback;
