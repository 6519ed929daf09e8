-- How often each setting was changed: together they are the version of the settings, which an edit names.
alter table settings add column version int not null default 1;
