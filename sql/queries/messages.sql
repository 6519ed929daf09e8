-- Messages. Functions of migration 0008: they return rows of document and channel, the answer first.

-- name: messages_post :many
-- room, body: text, reply_to
select document, channel from message_post($1, $2::jsonb ->> 'text', ($2::jsonb ->> 'reply_to')::bigint)

-- name: messages_edit :many
-- room, message, text
select document, channel from message_edit($1, $2, $3)

-- name: messages_delete :many
select document, channel from message_delete($1, $2)
