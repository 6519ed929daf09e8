-- What plpgsql_check finds in the functions of this version and in those of the owner: names and types that are wrong in
-- a branch that no other test enters, hidden casts, variables that nobody reads.
begin;
create extension plpgsql_check;

-- Findings that are meant to be:
--   a function that raises must not be immutable, else the planner could raise;
--   raise_outcome never returns, so nothing follows it;
--   an assignment is faster than "perform" in what every request passes;
--   a migration is never edited.
create function pg_temp.findings(function regprocedure) returns text language sql as $$
    select coalesce(string_agg(concat_ws(' ', level, 'in line', lineno, message, '-', detail), E'\n'), '')
    from plpgsql_check_function_tb(function, extra_warnings => true, performance_warnings => true)
    where message not like 'routine is marked as VOLATILE%'
      and (function::text, message) not in (
          ('drop_functions(text[])', 'target type is different type than source type'),
          ('cursor_text(text)', 'control reached end of function without RETURN'),
          ('prove_caller(uuid,text,text,text,text,text)', 'never read variable "said"'))
$$;

create temporary table checked as
select p.oid::regprocedure as function
from pg_proc p join pg_language l on l.oid = p.prolang
where l.lanname = 'plpgsql' and p.pronamespace in (current_schema()::regnamespace, 'public'::regnamespace)
  and not exists (select from pg_depend d where d.objid = p.oid and d.classid = 'pg_proc'::regclass and d.deptype = 'e');

select plan((select count(*)::int from checked) + 2);
select cmp_ok((select count(*)::int from checked), '>', 20, 'the functions of this version are found');
create function pg_temp.faulty() returns int language plpgsql as $$ begin return no_such_column from users; end $$;
select matches(pg_temp.findings('pg_temp.faulty()'), 'no_such_column', 'a column that is not there is found');
select is(pg_temp.findings(function), '', 'plpgsql_check finds nothing in ' || function) from checked order by function::text;
select * from finish();
rollback;
