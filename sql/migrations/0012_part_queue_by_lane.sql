-- The lanes of the queue, in the order in which a user's own runs are taken: "answer" needs no sandbox, a person waits for
-- "interactive", "unattended" is everything that programs ask for.
create function run_lane(kind text, via text) returns text language sql immutable parallel safe as $$
    select case when kind in ('agent', 'housekeeping') then 'answer' when via in ('room', 'ui') then 'interactive'
                else 'unattended' end
$$;

-- Each user's queue, parted by lane: a question to an agent is found before ten thousand runs of the same user.
create index runs_queue_by_lane on runs (coalesce(asked_by, '00000000-0000-0000-0000-000000000000'),
                                         public.run_lane(kind, via), priority desc, due_at, id)
    where state = 'queued';

-- Programs of the previous version find their way by the new index, too: by its first column.
drop index runs_queue;
