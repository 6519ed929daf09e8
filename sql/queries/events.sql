-- The room log as it is read: the newest edit is applied to a message, and what was deleted has no text, neither in the
-- message nor in its edits. The document says whether there is more in the direction of reading.

-- name: events_after :one
-- room, seq, how many: what came after an event, for who catches up
with page as (
    select e.seq, event_json(e, author, shown_body(e, change.kind, change.body)) as item
    from room_events e
    left join principals author on author.id = e.principal_id
    left join lateral (
        select c.kind, c.body from room_events c
        where c.room_id = e.room_id and c.target = changed_event(e) and c.kind in ('edit', 'delete')
        order by c.kind = 'delete' desc, c.seq desc limit 1) change on true
    where e.room_id = $1::uuid and e.seq > $2::bigint order by e.seq limit $3::int)
select row_to_json(document) from (
    select coalesce(json_agg(page.item order by page.seq) filter (where page.seq is not null), '[]') as items, room.last_seq,
           coalesce(max(page.seq) < room.last_seq, false) as more, live_runs(room.id) as live
    from rooms room left join page on true where room.id = $1::uuid group by room.id) document

-- name: events_before :one
-- room, seq (null: the newest), how many: what came before an event, for who reads upwards
with page as (
    select e.seq, event_json(e, author, shown_body(e, change.kind, change.body)) as item
    from room_events e
    left join principals author on author.id = e.principal_id
    left join lateral (
        select c.kind, c.body from room_events c
        where c.room_id = e.room_id and c.target = changed_event(e) and c.kind in ('edit', 'delete')
        order by c.kind = 'delete' desc, c.seq desc limit 1) change on true
    where e.room_id = $1::uuid and e.seq < coalesce($2::bigint, 9223372036854775807) order by e.seq desc limit $3::int)
select row_to_json(document) from (
    select coalesce(json_agg(page.item order by page.seq) filter (where page.seq is not null), '[]') as items, room.last_seq,
           coalesce(min(page.seq) > 1, false) as more, live_runs(room.id) as live
    from rooms room left join page on true where room.id = $1::uuid group by room.id) document

-- name: room_read :many
-- room, seq: moves the caller's read marker
select * from room_read($1, $2)
