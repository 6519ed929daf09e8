-- Versions, limits, cursors and errors of scripts, as far as the API does not show them.
begin;
select plan(21);
-- A place for helpers: the program may make no temporary tables.
create schema trial;
grant all on schema trial to public;
alter default privileges in schema trial grant all on tables to public;
select set_config('search_path', 'trial, ' || current_setting('search_path'), true);

insert into principals (id, kind, handle, name) values ('01890000-0000-7000-8000-000000000001', 'user', 'ann', 'Ann');
insert into users (id, email, password_hash) values ('01890000-0000-7000-8000-000000000001', 'ann@example.com', 'x');
set local role coagent_app;
select set_config('coagent.caller', '01890000-0000-7000-8000-000000000001', true) \g /dev/null

-- cursors
select is(cursor_text(cursor_of(name)), name, 'a cursor is the name: ' || name)
from unnest(array['a', 'ab', 'abc', 'Zoë ☃ 😀', repeat('ä', 80)]) as name;
select is(cursor_text(null), null, 'no cursor is none');
select throws_ok(format('select cursor_text(%L)', cursor), 'CA422', null, 'no cursor: ' || cursor)
from unnest(array['', 'n.', 'n.!', 'n.-w', 'eyJ4IjoxfQ']) as cursor; -- "-w" is a byte that begins no character

select is(cursor_place(cursor_of('Zoë', '01890000-0000-7000-8000-000000000001')),
          row('Zoë', '01890000-0000-7000-8000-000000000001')::named_place, 'a cursor of a name and an id is both');
select is((cursor_place(null)).name, '', 'no cursor is before the first name');
select throws_ok(format('select cursor_place(%L)', cursor), 'CA422', null, 'no cursor of a name and an id: ' || cursor)
from unnest(array[cursor_of('Zoë'), 'n.!']) as cursor;

-- limits
select is(narrow_limits('{"memory_mb": 64, "cpu_seconds": 5}', '{"memory_mb": 100, "disk_mb": 1}'),
          '{"memory_mb": 64, "cpu_seconds": 5, "disk_mb": 1}', 'the narrower limit counts');
select is(narrow_limits('{}', '{}'), '{}', 'no limits are none');

-- errors
create function trial.told(errors jsonb) returns jsonb language plpgsql as $$
declare
    detail text;
begin
    perform raise_fields('Wrong.', errors);
exception when sqlstate 'CA422' then
    get stacked diagnostics detail = pg_exception_detail;
    return detail::jsonb;
end $$;
select is(trial.told('[{"field": "a", "message": "b"}]'), '[{"field": "a", "message": "b"}]', 'errors are told');
select ok(octet_length(told::text) < 4096 and jsonb_array_length(told) > 10, 'as many as the program has room for')
from trial.told((select jsonb_agg(jsonb_build_object('field', 'f' || n, 'message', repeat('ä', 60))) from generate_series(1, 200) n)) as told;

-- versions
create table trial.made as select * from script_create('{"name": "S", "kind": "sh", "code": "one"}');
select throws_ok($$update script_versions set code = 'two'$$, '42501', null, 'the program cannot rewrite a version');
select throws_ok($$delete from script_versions$$, '42501', null, 'nor remove one');

select * from finish();
rollback;
