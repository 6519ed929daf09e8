-- Scripts and their versions. lib/schema has checked what a script takes; sql/functions/scripts.sql checks what it may.

-- name: script_list :one
-- limit, cursor, part of the name or description, kind, only the caller's own
with page as (
    select s, row_number() over (order by (s).name, (s).id) as n
    from (select scripts as s from scripts
          where deleted_at is null and (name, id) > ((cursor_place($2)).name, (cursor_place($2)).id) and script_shows(scripts)
            and ($3::text is null or strpos(lower(name::text || ' ' || description), lower($3)) > 0)
            and ($4::text is null or kind = $4) and (not $5::boolean or owner_id = caller_id())
          order by name, id limit $1::int + 1) as found
)
select json_build_object(
    'items', coalesce(json_agg(script_item(s) order by n) filter (where n <= $1::int), '[]'),
    'next', case when count(*) > $1::int then (array_agg(cursor_of((s).name::text, (s).id)) filter (where n = $1::int))[1] end)
from page

-- name: script_create :many
select * from script_create($1::json)

-- name: script_edit :many
-- id, body
select * from script_edit($1::uuid, $2::json)

-- name: script_get :one
select script_json(s) from scripts s where s.id = $1::uuid

-- name: script_prove :exec
-- id, what for (see, edit, run): for a script that the path does not name, behind the guard
select prove_script($1::uuid, $2)

-- name: script_delete :many
-- Its live runs are cancelled, its history stays.
select * from script_delete($1::uuid)

-- name: script_versions :one
-- id, limit, cursor: the newest first
with page as (
    select v, row_number() over (order by (v).number desc) as n
    from (select script_versions as v from script_versions
          where script_id = $1::uuid and number < coalesce(cursor_number($3), 2147483647)
          order by number desc limit $2::int + 1) as found
)
select json_build_object(
    'items', coalesce(json_agg(script_version_item(v) order by n) filter (where n <= $2::int), '[]'),
    'next', case when count(*) > $2::int then (array_agg((v).number::text) filter (where n = $2::int))[1] end)
from page

-- name: script_version :one
-- id, number
select coalesce((select script_version_item(v) || jsonb_build_object('code', v.code, 'parameters', v.parameters,
                                                                        'files', script_files_json(v.script_id, v.number))
                 from script_versions v where v.script_id = $1::uuid and v.number::bigint = $2::bigint),
                to_jsonb(raise_outcome('CA404', 'Version not found.')::text))

-- name: script_kinds :one
-- Which kinds the runners of the last minutes can execute; null: no runner is there that would know.
with live as (
    select interpreters, seen_at from runners where seen_at > now() - interval '10 minutes'
)
select json_agg(json_build_object(
    'kind', k.name, 'name', k.label, 'interpreter', k.interpreter, 'install', k.install,
    'installed', case when exists (select from live) then exists (select from live where interpreters ? k.name) end,
    'version', (select interpreters -> k.name ->> 'version' from live where interpreters ? k.name order by seen_at desc limit 1))
    order by k.place)
from script_kind_rows() k

-- name: script_takes :one
-- id, version (null: the newest): the script, the number of the version, what it takes
select script_id, number, parameters from script_takes($1::uuid, $2::int)

-- name: script_named :many
-- Its name, or OWNER/NAME: the script, the number of the newest version, what that takes; no row when the caller sees none.
select s.id, v.number, v.parameters from script_named($1) s join script_versions v on v.script_id = s.id and v.number = s.latest

-- name: script_run :many
-- id, body with the version and the checked parameters, how it was asked for (ui, api), the sealed passwords or null
select * from script_run($1::uuid, $2::jsonb, $3, $4)

-- name: script_file :one
-- id, path, number of a version or null: the bytes of a file beside the script; ABSENT when there is none
select b.bytes from scripts s
join script_files f on f.script_id = s.id and f.path = normalize($2, NFC)
                   and f.since <= coalesce($3::int, s.latest) and (f.until is null or f.until > coalesce($3::int, s.latest))
join script_blobs b on b.digest = f.digest
where s.id = $1::uuid

-- name: script_folder :many
-- id, number of a version or null: first the script itself (its name for a file, kind, time in seconds, code), then each
-- file (path, "x" when it is executable, nothing, bytes); no row when there is no such version
with chosen as (
    select s.name, s.kind, v.* from scripts s join script_versions v on v.script_id = s.id and v.number = coalesce($2::int, s.latest)
    where s.id = $1::uuid
), parts as (
    select 0 as place, name::text, kind as mark, extract(epoch from created_at)::bigint::text as time, convert_to(code, 'UTF8') as bytes
    from chosen
    union all
    select 1, f.path, case when f.executable then 'x' else '' end, '', b.bytes
    from chosen c join script_files f on f.script_id = c.script_id and f.since <= c.number and (f.until is null or f.until > c.number)
    join script_blobs b on b.digest = f.digest
)
select name, mark, time, bytes from parts order by place, name collate "C"

-- name: script_clear_cache :many
-- id: the next run begins with an empty cache folder
select * from script_clear_cache($1::uuid)

-- name: script_cache_generations :many
-- ids: those of them whose runs use a cache folder, and its generation
select id, script_cache_generation(scripts) from scripts where id = any ($1::uuid[]) and cache and deleted_at is null
