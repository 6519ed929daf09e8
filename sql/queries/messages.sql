-- Messages. A change answers rows of "announced" (sql/functions/announced.sql).

-- name: message_post :many
-- room, body: text, reply_to; of a command: the script, its version, the checked parameters; the handles in the text
select *
from message_post($1, $2::jsonb ->> 'text', ($2::jsonb ->> 'reply_to')::bigint, row($3::uuid, $4::int, $5::jsonb)::run_command, $6)

-- name: message_edit :many
-- room, message, text, the handles in it, whether it asks agents
select * from message_edit($1, $2, $3, $4, $5)

-- name: message_delete :many
select * from message_delete($1, $2)
