-- The first steps in a new studio.

-- name: start_get :one
select start_json()

-- name: start_edit :many
-- the marks to set or to remove, {"audit", "hidden"}
select * from start_edit($1::jsonb)
