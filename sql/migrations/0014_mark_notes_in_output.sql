-- The runner's own sentences in the output of a run have a stream of their own, which no script can write to.
alter table run_output
    drop constraint run_output_stream_check,
    add constraint run_output_stream_check check (stream in ('stdout', 'stderr', 'text', 'note'));
