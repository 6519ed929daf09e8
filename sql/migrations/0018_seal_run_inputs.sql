-- Parameters of the format "password" are sealed as the secrets of mappings are: runs.inputs has null in their place, and
-- inputs_sealed the values. Of runs that a program of an older version queued inputs_plain is true: a chore seals theirs.
alter table runs add column inputs_sealed text, add column inputs_plain boolean not null default false;
update runs r set inputs_plain = true
from script_versions v
where v.script_id = r.script_id and v.number = r.script_version
  and exists (select from jsonb_each(v.parameters -> 'properties') rule where rule.value ->> 'format' = 'password');
alter table runs alter column inputs_plain set default true;

create index runs_inputs_plain on runs (id) where inputs_plain;
create index runs_inputs_sealed on runs (id) where inputs_sealed is not null;
