-- Words of lib/words that tables hold as rows. (Those that a check holds are compared by the unit tests.)
begin;
select no_plan();

select set_eq('select name from run_kinds', 'select unnest(run_kind_names())', 'every kind of run is a word and a row');

select * from finish();
rollback;
