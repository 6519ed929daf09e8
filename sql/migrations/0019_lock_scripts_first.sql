-- As before, but a run's script is locked before the run, as by who deletes the script with its runs. Without it, a run
-- that was asked for again while it ended could wait for the script, and the script's deletion for the run.
create or replace function run_for_change(wanted uuid) returns runs language plpgsql as $$
declare
    run runs;
    standing text;
begin
    perform from scripts where id = (select script_id from runs where id = wanted) for key share;
    select * into run from runs where id = wanted for no key update;
    standing := run_role(run);
    if run.id is null or standing is null then
        perform raise_outcome('CA404', 'There is no such run.');
    elsif standing = 'viewer' then
        perform raise_outcome('CA403', 'Only members of the room may do that.');
    end if;
    return run;
end $$;
