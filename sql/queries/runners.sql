-- The hosts that execute runs.

-- name: runner_known :one
-- host: what it told last of its interpreters.
select interpreters from runners where host = $1

-- name: runner_register :exec
-- host, interpreters, labels, sandbox: what the host can do now. Of hosts that have said nothing for a month nothing is kept.
with gone as (
    delete from runners where seen_at < now() - interval '30 days'
)
insert into runners (host, interpreters, labels, sandbox) values ($1, $2::jsonb, $3::text[], $4::jsonb)
on conflict (host) do update set interpreters = excluded.interpreters, labels = excluded.labels,
                                 sandbox = excluded.sandbox, seen_at = now()
