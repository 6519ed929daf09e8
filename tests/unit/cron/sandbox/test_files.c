#include "cron/sandbox/files.h"

#include "trial.h"

#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

static struct trial trial;

static void set(void)
{
    trial_set(&trial);
}

static void clear(void)
{
    trial_clear(&trial);
}

TestSuite(sandbox_files, .init = set, .fini = clear, .timeout = 60);

static enum outcome read_one(const char *name, struct text *content)
{
    text_clear(content);
    return sandbox_read(&trial.sandbox, name, 100, content);
}

Test(sandbox_files, reads_what_was_left)
{
    struct text content = TEXT_EMPTY;

    trial_run(&trial, "echo '{\"a\": 1}' >output.json; mkdir -p out/a; echo deep >out/a/b", RUN_END_EXIT);
    cr_expect_eq(read_one("output.json", &content), OUTCOME_OK);
    cr_expect_str_eq(text_string(&content), "{\"a\": 1}\n");
    cr_expect_eq(read_one("out/a/b", &content), OUTCOME_OK);
    cr_expect_str_eq(text_string(&content), "deep\n");
    cr_expect_eq(read_one("nothing", &content), OUTCOME_ABSENT);
    cr_expect_eq(read_one("output.json/x", &content), OUTCOME_ABSENT);
    text_free(&content);
}

Test(sandbox_files, reads_no_more_than_asked_for)
{
    struct text content = TEXT_EMPTY;

    trial_run(&trial, "head -c 100 /dev/zero >just; head -c 101 /dev/zero >much", RUN_END_EXIT);
    cr_expect_eq(read_one("just", &content), OUTCOME_OK);
    cr_expect_eq(content.length, 100);
    cr_expect_eq(read_one("much", &content), OUTCOME_LIMITED);
    text_free(&content);
}

/* Each would make the executor read what it may and the command may not, or wait for ever. */
Test(sandbox_files, follows_nothing_that_leads_elsewhere)
{
    struct text content = TEXT_EMPTY;
    static const char *const names[] = {
        "link",   "chain",  "up/etc/passwd", "dots",         "pipe",        "socket",
        "folder", "closed", "../etc/passwd", "../work/real", "/etc/passwd", "out/real/../../../etc/passwd"};

    trial_run(
        &trial,
        "echo real >real; ln -s /etc/passwd link; ln -s real chain; ln -s / up; ln -s ../../../../etc/passwd dots\n"
        "mkfifo pipe; mkdir folder; echo x >closed; chmod 0 closed\n"
        "python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"socket\")'",
        RUN_END_EXIT);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        cr_expect_neq(read_one(names[i], &content), OUTCOME_OK, "%s: %s", names[i], text_string(&content));
    cr_expect_eq(read_one("real", &content), OUTCOME_OK);
    text_free(&content);
}

static bool list(void *context, const char *name, int64_t size)
{
    text_add_format(context, "%s %d\n", name, (int)size);
    return true;
}

static bool list_one(void *context, const char *name, int64_t size)
{
    list(context, name, size);
    return false;
}

Test(sandbox_files, lists_regular_files_in_order)
{
    struct text names = TEXT_EMPTY;

    trial_run(&trial,
              "cd out; mkdir -p b/c d; echo 1 >b/c/z; echo 22 >a; echo 333 >b/y; echo 4444 >'ä .txt'\n"
              "ln -s /etc l; mkfifo p; touch $'new\\nline' $'\\xff'; ln -s b m",
              RUN_END_EXIT);
    cr_expect_eq(sandbox_each(&trial.sandbox, "out", list, &names), 5, "%s", text_string(&names));
    cr_expect_str_eq(text_string(&names), "out/a 3\nout/b/c/z 2\nout/b/y 4\nout/ä .txt 5\n");
    text_clear(&names);
    sandbox_each(&trial.sandbox, "out", list_one, &names);
    cr_expect_str_eq(text_string(&names), "out/a 3\n");
    text_free(&names);
}

Test(sandbox_files, lists_nothing_where_the_folder_is_a_trick)
{
    struct text names = TEXT_EMPTY;

    trial_run(&trial, "rmdir out; ln -s /etc out; mkdir -p deep/$(printf 'd/%.0s' $(seq 100)); touch deep/x",
              RUN_END_EXIT);
    cr_expect_eq(sandbox_each(&trial.sandbox, "out", list, &names), 0);
    cr_expect_eq(sandbox_each(&trial.sandbox, "nothing", list, &names), 0);
    cr_expect_str_eq(text_string(&names), "");
    cr_expect_eq(sandbox_each(&trial.sandbox, "deep", list, &names), 1, "too deep");
    cr_expect_str_eq(text_string(&names), "deep/x 0\n");
    text_free(&names);
}

Test(sandbox_files, lists_what_a_killed_run_left)
{
    struct text names = TEXT_EMPTY;

    trial.spec.limits.wall_seconds = 1;
    trial_run(&trial, "echo kept >out/kept; sleep 60", RUN_END_WALL_TIME);
    sandbox_each(&trial.sandbox, "out", list, &names);
    cr_expect_str_eq(text_string(&names), "out/kept 5\n");
    text_free(&names);
}
