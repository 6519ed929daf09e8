-- The names of scripts and mappings are unique among those of one owner, and among those that everybody sees: a name that
-- somebody else uses in private is free, and nobody learns of it. scripts_name and mappings_name keep their names, by which
-- programs of the previous version know what to say.
drop index scripts_name;
create unique index scripts_name on scripts (name) where deleted_at is null and visibility = 'team';
create unique index scripts_name_of_owner on scripts (owner_id, name) where deleted_at is null;
create index scripts_by_name on scripts (name, id) where deleted_at is null;

drop index mappings_name;
create unique index mappings_name on mappings (name) where deleted_at is null and visibility = 'team';
create unique index mappings_name_of_owner on mappings (owner_id, name) where deleted_at is null;
create index mappings_by_name on mappings (name, id) where deleted_at is null;
