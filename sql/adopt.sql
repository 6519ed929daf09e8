-- Takes over a database of the last development version before functions had schemas of their own (0021_search_output):
-- its tables are those of the migrations of today, its functions go. What defaults and checks call stays.
do $$
declare
    one text;
begin
    for one in
        select format('drop function %s', p.oid::regprocedure) from pg_proc p
        where p.pronamespace = 'public'::regnamespace and p.proowner = current_user::regrole
              and p.proname not in ('uuid_v7', 'caller_id', 'permission_names', 'default_permissions')
              and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
    loop
        execute one || ' cascade';
    end loop;
    for one in
        select format('drop type %s', t.oid::regtype) from pg_type t join pg_class c on c.oid = t.typrelid
        where t.typnamespace = 'public'::regnamespace and c.relkind = 'c'
    loop
        execute one || ' cascade';
    end loop;
end $$;

-- What the program may stands in sql/grants.sql now.
alter default privileges in schema public revoke all on tables from coagent_app;
alter default privileges in schema public revoke all on sequences from coagent_app;
