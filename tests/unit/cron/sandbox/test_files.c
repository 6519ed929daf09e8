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

TestSuite(sandbox_files, .init = set, .fini = clear, .timeout = 180);

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
    static const char *const names[] = {"link",
                                        "chain",
                                        "up/etc/passwd",
                                        "dots",
                                        "pipe",
                                        "socket",
                                        "folder",
                                        "../etc/passwd",
                                        "../work/real",
                                        "/etc/passwd",
                                        "out/real/../../../etc/passwd"};

    trial_run(
        &trial,
        "echo real >real; ln -s /etc/passwd link; ln -s real chain; ln -s / up; ln -s ../../../../etc/passwd dots\n"
        "mkfifo pipe; mkdir folder\n"
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

static size_t each(const char *folder, struct text *names, bool is_folder)
{
    size_t passed_over;

    cr_expect_eq(sandbox_each(&trial.sandbox, folder, list, names, &passed_over), is_folder);
    return passed_over;
}

Test(sandbox_files, lists_regular_files_in_order)
{
    struct text names = TEXT_EMPTY;
    size_t passed_over;

    trial_run(&trial,
              "cd out; mkdir -p b/c d; echo 1 >b/c/z; echo 22 >a; echo 333 >b/y; echo 4444 >'ä .txt'\n"
              "ln -s /etc l; mkfifo p; touch $'new\\nline' $'\\xff'; ln -s b m",
              RUN_END_EXIT);
    cr_expect_eq(each("out", &names, true), 5, "%s", text_string(&names));
    cr_expect_str_eq(text_string(&names), "out/a 3\nout/b/c/z 2\nout/b/y 4\nout/ä .txt 5\n");
    text_clear(&names);
    sandbox_each(&trial.sandbox, "out", list_one, &names, &passed_over);
    cr_expect_str_eq(text_string(&names), "out/a 3\n");
    text_free(&names);
}

Test(sandbox_files, lists_nothing_where_the_folder_is_a_trick)
{
    struct text names = TEXT_EMPTY;

    trial_run(&trial, "rmdir out; ln -s /etc out; mkdir -p deep/$(printf 'd/%.0s' $(seq 100)); touch deep/x",
              RUN_END_EXIT);
    cr_expect_eq(each("out", &names, false), 0);
    cr_expect_eq(each("nothing", &names, true), 0);
    cr_expect_str_eq(text_string(&names), "");
    cr_expect_eq(each("deep", &names, true), 1, "too deep");
    cr_expect_str_eq(text_string(&names), "deep/x 0\n");
    text_free(&names);
}

Test(sandbox_files, lists_what_a_killed_run_left)
{
    struct text names = TEXT_EMPTY;

    trial.spec.limits.wall_seconds = 1;
    trial_run(&trial, "echo kept >out/kept; sleep 60", RUN_END_WALL_TIME);
    each("out", &names, true);
    cr_expect_str_eq(text_string(&names), "out/kept 5\n");
    text_free(&names);
}

Test(sandbox_files, what_was_closed_is_opened_again)
{
    struct text names = TEXT_EMPTY;
    struct text content = TEXT_EMPTY;

    trial_run(&trial,
              "echo result >output.json; mkdir out/a; echo deep >out/a/b; echo 1 >out/c\n"
              "chmod 0 output.json out/a/b out/a out/c out .",
              RUN_END_EXIT);
    cr_expect_eq(each("out", &names, true), 0);
    cr_expect_str_eq(text_string(&names), "out/a/b 5\nout/c 2\n");
    cr_expect_eq(read_one("output.json", &content), OUTCOME_OK);
    cr_expect_str_eq(text_string(&content), "result\n");
    text_free(&content);
    text_free(&names);
}
