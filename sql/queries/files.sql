-- Files that runs have left.

-- name: file_get :one
-- path, media type, size
select path, media_type, size from files where id = $1::uuid

-- name: file_piece :one
-- id, offset: the bytes from there to the end of their chunk
select substring(bytes from ($2::bigint - position)::int + 1) from file_chunks
where file_id = $1::uuid and position <= $2::bigint order by position desc limit 1
