-- Messages. Functions of migration 0008: they return rows of document and channel, the answer first.

-- name: messages_post :many
-- room, body: text, reply_to; of a command: the script, its version, the checked parameters
select document, channel
from message_post($1, $2::jsonb ->> 'text', ($2::jsonb ->> 'reply_to')::bigint, row($3::uuid, $4::int, $5::jsonb)::run_command)

-- name: messages_edit :many
-- room, message, text
select document, channel from message_edit($1, $2, $3)

-- name: messages_delete :many
select document, channel from message_delete($1, $2)
