-- The kinds of runs as rows: a new one needs no new check.
create table run_kinds (
    name text primary key,
    managed_by text not null,        -- the permission with which somebody may act on others' runs of this kind
    of_asker boolean not null        -- whether who asked for one may act on it in a room, too, where it is else the room's
);
insert into run_kinds (name, managed_by, of_asker)
values ('script', 'scripts.manage', true), ('agent', 'providers.manage', false), ('housekeeping', 'providers.manage', false),
       ('workflow', 'scripts.manage', true), ('worker', 'agents.manage', true);
alter table runs drop constraint runs_kind_check;
alter table runs add constraint runs_kind foreign key (kind) references run_kinds not valid;
alter table runs validate constraint runs_kind;
