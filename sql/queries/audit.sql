-- Statements on the audit log. Actions write their own rows in their own statement; audit_add and audit_refused_password
-- are for refusals, whose transaction is gone.

-- name: audit_add :exec
-- actor or null (then not all of many are written), action, outcome, object kind, object id, request id, address, detail
insert into audit_log (actor_id, action, outcome, object_kind, object_id, request_id, address, detail)
select $1::uuid, $2, $3, $4, $5, $6::uuid, $7::inet, $8::jsonb
where $1::uuid is not null or admit_anonymous_refusal($7::inet)

-- name: request_context :exec
-- caller or '', request id, address: who acts in a transaction that no guard opens. It proves nobody and grants no scope
select set_config('coagent.caller', $1, true), set_config('coagent.request', $2, true),
       set_config('coagent.address', $3, true)

-- name: audit_refused_password :exec
-- action, user or null, e-mail as given or null, reason (password, unknown, throttled, disabled). The throttles bound the
-- others, so only of the throttled ones not all are written
insert into audit_log (action, outcome, object_kind, object_id, detail)
select $1, 'refused', 'user', $2::uuid::text, jsonb_strip_nulls(jsonb_build_object('email', $3::text, 'reason', $4::text))
where $4::text <> 'throttled'
   or admit_anonymous_refusal(nullif(current_setting('coagent.address', true), '')::inet)

-- name: audit_list :one
-- limit, cursor, actor, action, outcome, object kind, object id, request, since, until; all but the limit may be null.
-- The newest first. One branch runs: the one whose index serves the narrowest filter. A minute is added where times
-- become ids, because rows are numbered a little before they are timed
with bounds as materialized (
    select coalesce((select id from audit_log where at >= $9::timestamptz - interval '1 minute' order by at limit 1),
                    case when $9 is null then 0 else 9223372036854775807 end) as first,
           least(coalesce((select id from audit_log where at <= $10::timestamptz + interval '1 minute'
                           order by at desc limit 1),
                          case when $10 is null then 9223372036854775807 else 0 end),
                 case when $2 ~ '^[0-9]{1,18}$' then $2::bigint - 1
                      else (select null::bigint from raise_outcome(
                               'CA422', 'The cursor is not valid. Use the "next" of the previous page.', 'cursor')
                            where $2 is not null) end) as last
), found as (
    (select a.* from audit_log a
     where $7::text is not null and a.object_kind = $6 and a.object_id = $7
       and a.id between (select first from bounds) and (select last from bounds)
       and ($3::uuid is null or actor_id = $3::uuid) and ($4::text is null or action = $4)
       and ($5::text is null or outcome = $5) and ($8::uuid is null or request_id = $8::uuid)
       and ($9::timestamptz is null or at >= $9::timestamptz) and ($10::timestamptz is null or at < $10::timestamptz)
     order by a.id desc limit $1::int + 1)
    union all
    (select a.* from audit_log a
     where $7::text is null and $8::uuid is not null and a.request_id = $8::uuid
       and a.id between (select first from bounds) and (select last from bounds)
       and ($3::uuid is null or actor_id = $3::uuid) and ($4::text is null or action = $4)
       and ($5::text is null or outcome = $5) and ($6::text is null or object_kind = $6)
       and ($9::timestamptz is null or at >= $9::timestamptz) and ($10::timestamptz is null or at < $10::timestamptz)
     order by a.id desc limit $1::int + 1)
    union all
    (select a.* from audit_log a
     where $7::text is null and $8::uuid is null and $3::uuid is not null and a.actor_id = $3::uuid
       and a.id between (select first from bounds) and (select last from bounds)
       and ($4::text is null or action = $4) and ($5::text is null or outcome = $5)
       and ($6::text is null or object_kind = $6)
       and ($9::timestamptz is null or at >= $9::timestamptz) and ($10::timestamptz is null or at < $10::timestamptz)
     order by a.id desc limit $1::int + 1)
    union all
    (select a.* from audit_log a
     where $7::text is null and $8::uuid is null and $3::uuid is null and $4::text is not null and a.action = $4
       and a.id between (select first from bounds) and (select last from bounds)
       and ($5::text is null or outcome = $5) and ($6::text is null or object_kind = $6)
       and ($9::timestamptz is null or at >= $9::timestamptz) and ($10::timestamptz is null or at < $10::timestamptz)
     order by a.id desc limit $1::int + 1)
    union all
    (select a.* from audit_log a
     where $7::text is null and $8::uuid is null and $3::uuid is null and $4::text is null
       and a.id between (select first from bounds) and (select last from bounds)
       and ($5::text is null or outcome = $5) and ($6::text is null or object_kind = $6)
       and ($9::timestamptz is null or at >= $9::timestamptz) and ($10::timestamptz is null or at < $10::timestamptz)
     order by a.id desc limit $1::int + 1)
), page as (
    select found.*, row_number() over (order by id desc) as position from found
)
select json_build_object(
    'items', coalesce(json_agg(json_build_object('id', page.id, 'at', api_time(page.at),
        'actor', author_json(actor), 'on_behalf_of', author_json(principal), 'action', page.action,
        'outcome', page.outcome,
        'object', case when page.object_kind is not null
                       then json_build_object('kind', page.object_kind, 'id', page.object_id) end,
        'request_id', page.request_id, 'address', host(page.address), 'run', page.run_id, 'detail', page.detail)
        order by position) filter (where position <= $1::int), '[]'),
    'next', case when count(*) > $1::int then (array_agg(page.id order by position))[$1::int]::text end)::text
from page
left join principals actor on actor.id = page.actor_id
left join principals principal on principal.id = page.on_behalf_of
