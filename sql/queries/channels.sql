-- The channels that a caller can listen to, and the heartbeats of the runner to rooms.

-- name: channels_wait :one
-- run or null: before the guard and one of the next two, in the same transaction
select live_wait($1::uuid)

-- name: channels_of_caller :one
-- session id or null: the caller's channels, separated by commas: their own, the session's, everybody's and the 240 most
-- recently active of their rooms
select concat_ws(',', 'u_' || caller_id(), 's_' || $1::uuid, 'all', string_agg('r_' || id, ',' order by last_event_at desc))
from (select r.id, r.last_event_at from room_members m join rooms r on r.id = m.room_id
      where m.principal_id = caller_id() and r.deleted_at is null
      order by r.last_event_at desc limit 240) room

-- name: channels_of_run :one
-- session id or null, run: its channel and everybody's, with those whose end ends this connection too. ABSENT: it is invisible.
select concat_ws(',', 'u_' || caller_id(), 's_' || $1::uuid, 'all', 'run_' || id) from runs r
where id = $2::uuid and run_role(r) is not null

-- name: rooms_heartbeat :many
-- seconds, seconds, every: the channel and the frame with the newest number of each room that was active in the last few
-- seconds; and of those that were in the last minutes only a part, another each second, so that each has its turn as
-- often as said: when there has been a heartbeat after the newest event, all that follow are for those who missed it.
select 'r_' || id, json_build_object('room', id, 'seq', last_seq)
from rooms
where last_event_at > now() - make_interval(secs => $2::double precision) and deleted_at is null
  and (last_event_at > now() - make_interval(secs => $1::double precision)
       or (extract(epoch from now())::bigint + hashtext(id::text)) % $3::int = 0)

-- name: rooms_purge :one
-- how many at most: removes what deleted rooms have left; how many rows went (0: nothing is left to do)
select purge_rooms($1)
