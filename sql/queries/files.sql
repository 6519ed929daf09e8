-- Files that runs have left.

-- name: file_get :one
-- path, media type, size
select f.path, f.media_type, f.size from files f join runs r on r.id = f.run_id
where f.id = $1::uuid and run_role(r) is not null

-- name: file_piece :one
-- id, offset: the bytes from there to the end of their chunk
select substring(c.bytes from ($2::bigint - c.position)::int + 1)
from files f join runs r on r.id = f.run_id
cross join lateral (select position, bytes from file_chunks
                    where file_id = f.id and position <= $2::bigint order by position desc limit 1) c
where f.id = $1::uuid and run_role(r) is not null
