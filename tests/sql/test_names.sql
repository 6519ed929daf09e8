-- Which names and handles are taken for each other.
begin;
select plan(17);

select is(name_key(one), name_key(other), format('%s is %s', one, other))
from (values ('Deploy', 'dEPLOY'), (U&'d\0435ploy', 'deploy'), (U&'\0421\041E\0420\0423', 'copy'), (U&'\FF24eploy', 'deploy'),
             (U&'de\200Bploy', 'deploy'), (U&'cafe\0301', U&'CAF\00C9'), (U&'back\2011up', 'back-up'), (U&'it\2019s', 'it''s'),
             (U&'\039F\03A1', 'op'), (U&'\041D\0430\0434\044F', U&'\043D\0430\0434\044F')) as same (one, other);
select isnt(name_key(one), name_key(other), format('%s is not %s', one, other))
from (values ('deploy', 'deploy2'), ('job0', 'jobo'), (U&'\00E9', 'e'), ('a b', 'ab')) as different (one, other);

select is(handle_key('rnai1'), handle_key('MAIL'), 'handles that look alike have one key');
select is(handle_key('bo.b'), handle_key('bo_b'), 'so have those that differ in a separator');
select isnt(handle_key('ann'), handle_key('anna'), 'others do not');

select * from finish();
rollback;
