-- The settings that an administrator changes at run time.

-- name: setting_list :one
select settings_json()

-- name: setting_edit :many
-- the settings to change
select * from setting_edit($1::jsonb)

-- name: runs_sweep :one
-- of at most so many runs: removes what is old; how many rows went, and of them chunks of output, files and runs
select outputs + left_files + whole_runs, outputs, left_files, whole_runs from sweep_runs($1)

-- name: runs_swept :exec
-- output, files, runs: so many went
insert into audit_log (action, object_kind, detail)
values ('run.remove_old', 'run', jsonb_build_object('output_chunks', $1::bigint, 'files', $2::bigint, 'runs', $3::bigint))

-- name: storage_count :one
-- of at most so many runs and changes: counts what users' runs have stored; how many rows that took
select count_storage($1::int)

-- name: storage_recount :one
-- Mends one count that is older than a day: 1, or 0 when there is none. The parameter is that of every chore.
select case when $1::int > 0 then recount_storage() else 0 end
