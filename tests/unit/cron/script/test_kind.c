#include "cron/script/exit_reason.h"
#include "cron/script/kind.h"
#include "cron/script/media_type.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static int length_of(const char *const command[])
{
    int length = 0;

    while (length < SCRIPT_ARGUMENTS && command[length])
        length++;
    return length;
}

Test(kind, every_command_fits_and_names_the_file)
{
    for (const struct script_kind *kind = script_kinds; kind < script_kinds + SCRIPT_KIND_COUNT; kind++) {
        const char *name = script_kind_row(kind)->name;

        cr_expect_leq(length_of(kind->run), SCRIPT_ARGUMENTS - 1, "%s", name);
        cr_expect_leq(length_of(kind->check), SCRIPT_ARGUMENTS - 1, "%s", name);
        cr_expect(kind->programs[0] && strncmp(script_kind_row(kind)->file, "script.", 7) == 0);
        cr_expect_eq(script_kind_of(name), kind);
    }
    cr_expect_null(script_kind_of("perl"));
}

Test(kind, programs_are_looked_for_where_a_sandbox_sees_them)
{
    char *found = script_find("sh");

    cr_assert_not_null(found);
    cr_expect(strstr(found, "/bin/sh"));
    free(found);
    cr_expect_null(script_find("no-such-program-here"));
}

Test(media_type, is_told_by_the_end_of_the_name)
{
    cr_expect_str_eq(media_type("a/b/report.CSV"), "text/csv; charset=utf-8");
    cr_expect_str_eq(media_type("archive.tar.gz"), "application/gzip");
    cr_expect_str_eq(media_type("folder.txt/file"), "application/octet-stream");
    cr_expect_str_eq(media_type("README"), "application/octet-stream");
    cr_expect_str_eq(media_type("odd."), "application/octet-stream");
}

static const struct sandbox_limits limits = {
    .wall_seconds = 1, .cpu_seconds = 300, .memory_mb = 512, .processes = 128, .output_mb = 64, .disk_mb = 256};

static const char *last_error = "";

static void expect(struct sandbox_ending ending, const char *state, const char *ended_by, const char *reason)
{
    struct exit_reason ended = exit_reason_of(&ending, &limits, last_error);

    cr_expect_str_eq(ended.state, state);
    cr_expect_str_eq(ended.ended_by, ended_by);
    cr_expect_str_eq(text_string(&ended.reason), reason);
    text_free(&ended.reason);
}

Test(ended, says_why_a_run_ended_in_words)
{
    expect((struct sandbox_ending){RUN_END_EXIT, 0, 0, 0, 0}, "succeeded", "exit", "");
    expect((struct sandbox_ending){RUN_END_EXIT, 3, 0, 0, 0}, "failed", "exit", "Exit code 3.");
    expect((struct sandbox_ending){RUN_END_SIGNAL, -1, 9, 0, 0}, "failed", "signal", "Killed by SIGKILL (signal 9).");
    expect((struct sandbox_ending){RUN_END_MEMORY, -1, 0, 0, 0}, "failed", "memory",
           "Out of memory: the limit is 512 MB.");
    expect((struct sandbox_ending){RUN_END_WALL_TIME, -1, 0, 0, 0}, "timed_out", "wall_time",
           "Time limit of 1 second exceeded.");
    expect((struct sandbox_ending){RUN_END_CANCELLED, -1, 0, 0, 0}, "cancelled", "cancelled", "Stopped.");
    expect((struct sandbox_ending){RUN_END_LOST, -1, 0, 0, 0}, "failed", "lost", "The sandbox failed or was killed.");
}

Test(ended, explains_an_exit_code_by_the_last_line_of_stderr)
{
    last_error = "ValueError: 100 %s of it";
    expect((struct sandbox_ending){RUN_END_EXIT, 0, 0, 0, 0}, "succeeded", "exit", "");
    expect((struct sandbox_ending){RUN_END_EXIT, 1, 0, 0, 0}, "failed", "exit",
           "Exit code 1: ValueError: 100 %s of it");
    expect((struct sandbox_ending){RUN_END_CANCELLED, -1, 0, 0, 0}, "cancelled", "cancelled", "Stopped.");
}
