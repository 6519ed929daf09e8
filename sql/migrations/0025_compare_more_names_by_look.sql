-- Networks and providers, too, are chosen by their names: a look-alike of one that exists is refused. Those that were there
-- already keep their names, as in 0024. The indexes on the exact names stay: lists are read by one, and programs of the previous
-- version name the other.
alter table networks add column twin bigint not null default 0;
update networks set twin = numbered.number
from (select id, row_number() over (order by id) as number
      from (select id, row_number() over (partition by name_key(name::text) order by id) > 1 as is_twin from networks) as judged
      where is_twin) as numbered
where numbered.id = networks.id;
create unique index networks_name_look on networks (name_key(name::text), twin);

alter table providers add column twin bigint not null default 0;
update providers set twin = numbered.number
from (select id, row_number() over (order by id) as number
      from (select id, row_number() over (partition by name_key(name) order by id) > 1 as is_twin from providers) as judged
      where is_twin) as numbered
where numbered.id = providers.id;
create unique index providers_name_look on providers (name_key(name), twin);
