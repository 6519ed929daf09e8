#include "cron/dependencies/store.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MEBIBYTE (1024 * 1024)
#define ONE "1111111111111111111111111111111111111111111111111111111111111111"
#define TWO "2222222222222222222222222222222222222222222222222222222222222222"

static const struct copy_bounds bounds = {.bytes = 8 * MEBIBYTE, .entries = 100, .depth = 8};
static const struct store_pace pace;
static char folder[] = "/tmp/coagent-store-XXXXXX";
static struct config config;
static struct store store;
static int source = -1; /* a folder with a file "word" */

static void set(void)
{
    struct text why = TEXT_EMPTY;
    char *path;

    cr_assert_not_null(mkdtemp(folder));
    config = (struct config){.state_dir = folder, .dependencies_store_mb = 1, .dependencies_days = 30};
    cr_assert_eq(store_find(&store, &config), OUTCOME_ABSENT);
    store_close(&store);
    cr_assert_eq(store_open(&store, &config, &why), OUTCOME_OK, "%s", text_string(&why));
    path = text_format("%s/source", folder);
    cr_assert_eq(mkdir(path, 0755), 0);
    source = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(path);
    int word = openat(source, "word", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    cr_assert_eq(write(word, "hello", 5), 5);
    close(word);
}

static void clear(void)
{
    char *command = text_format("rm -rf %s", folder);

    store_close(&store);
    close(source);
    cr_expect_eq(system(command), 0); /* NOLINT(cert-env33-c): a test's own words */
    free(command);
}

TestSuite(store, .init = set, .fini = clear, .timeout = 180);

static bool has(const char *name)
{
    struct stat file;

    return fstatat(store.folder, name, &file, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Keeps a tree under the key, used so many days ago. */
static void keep(const char *key, int days)
{
    struct store_tree tree;

    cr_assert_eq(store_take(&store, key, &tree), OUTCOME_ABSENT);
    cr_assert_eq(store_keep(&tree, source, bounds), OUTCOME_OK);
    if (days)
        cr_assert_eq(
            futimens(tree.lock, (struct timespec[]){{time(NULL) - days * 86400L, 0}, {time(NULL) - days * 86400L, 0}}),
            0);
    store_let_go(&tree);
}

static void grow_source(int bytes)
{
    int file = openat(source, "big", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

    cr_assert_eq(ftruncate(file, bytes), 0);
    close(file);
}

static long long sweep(void)
{
    long long all = 0, removed;

    do {
        cr_assert_eq(store_sweep(&store, &pace, &removed), OUTCOME_OK);
        all += removed;
    } while (removed > 0);
    return all;
}

Test(store, what_is_kept_is_there_for_the_next)
{
    struct store_tree tree;
    char word[8] = "";
    char *path;

    keep(ONE, 0);
    cr_assert_eq(store_take(&store, ONE, &tree), OUTCOME_OK);
    path = store_path(&tree);
    int there = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int file = openat(there, "word", O_RDONLY | O_CLOEXEC);
    cr_expect_eq(read(file, word, sizeof word), 5);
    cr_expect_str_eq(word, "hello");
    close(file);
    close(there);
    free(path);
    store_let_go(&tree);
    cr_expect_eq(store_find(&store, &config), OUTCOME_OK);
}

Test(store, one_makes_it_and_the_others_wait)
{
    struct store_tree first, second, third;

    cr_assert_eq(store_take(&store, ONE, &first), OUTCOME_ABSENT);
    cr_expect_eq(store_take(&store, ONE, &second), OUTCOME_BUSY);
    cr_expect_eq(store_take(&store, TWO, &third), OUTCOME_ABSENT);
    cr_assert_eq(store_keep(&first, source, bounds), OUTCOME_OK);
    cr_expect_eq(store_take(&store, ONE, &second), OUTCOME_BUSY);
    store_let_go(&first);
    cr_expect_eq(store_take(&store, ONE, &second), OUTCOME_OK);
    cr_expect_eq(store_take(&store, ONE, &first), OUTCOME_OK);
    store_let_go(&first);
    store_let_go(&second);
    store_let_go(&third);
}

Test(store, one_that_fails_leaves_the_right_to_the_next)
{
    struct store_tree tree;

    cr_assert_eq(store_take(&store, ONE, &tree), OUTCOME_ABSENT);
    store_let_go(&tree);
    cr_expect_eq(store_take(&store, ONE, &tree), OUTCOME_ABSENT);
    store_let_go(&tree);
}

static bool refuse(void *context)
{
    (void)context;
    return false;
}

Test(store, a_copy_that_ends_half_way_is_none)
{
    struct store_tree tree;

    cr_assert_eq(store_take(&store, ONE, &tree), OUTCOME_ABSENT);
    cr_expect_eq(store_keep(&tree, source, (struct copy_bounds){.bytes = 1, .entries = 9, .depth = 9}),
                 OUTCOME_LIMITED);
    cr_expect_eq(store_keep(&tree, source, (struct copy_bounds){.bytes = 9, .entries = 9, .depth = 9, .go_on = refuse}),
                 OUTCOME_DENIED);
    cr_expect_not(has(ONE) || has(".new-" ONE));
    store_let_go(&tree);
    cr_expect_eq(store_take(&store, ONE, &tree), OUTCOME_ABSENT);
    store_let_go(&tree);
}

Test(store, what_nobody_used_for_long_is_removed_with_its_lock)
{
    keep(ONE, 31);
    keep(TWO, 29);
    cr_expect_eq(sweep(), 1);
    cr_expect_not(has(ONE) || has(ONE ".lock") || has(".old-" ONE));
    cr_expect(has(TWO) && has(TWO ".lock"));
}

Test(store, use_keeps_it)
{
    struct store_tree tree;

    keep(ONE, 31);
    cr_assert_eq(store_take(&store, ONE, &tree), OUTCOME_OK);
    store_let_go(&tree);
    cr_expect_eq(sweep(), 0);
    cr_expect(has(ONE));
}

Test(store, what_is_in_use_stays_however_old_it_is)
{
    struct store_tree tree;
    const struct timespec long_ago[] = {{1, 0}, {1, 0}};

    keep(ONE, 0);
    cr_assert_eq(store_take(&store, ONE, &tree), OUTCOME_OK);
    cr_assert_eq(futimens(tree.lock, long_ago), 0);
    cr_expect_eq(sweep(), 0);
    cr_expect(has(ONE));
    store_let_go(&tree);
    cr_expect_eq(sweep(), 1);
    cr_expect_not(has(ONE));
}

Test(store, the_one_used_longest_ago_goes_when_there_are_too_many)
{
    struct store_tree tree;

    grow_source(600 * 1024);
    keep(ONE, 2);
    keep(TWO, 1);
    cr_expect(!has(ONE) && has(TWO));
    cr_assert_eq(store_take(&store, TWO, &tree), OUTCOME_OK);
    struct store_tree other;
    cr_assert_eq(store_take(&store, ONE, &other), OUTCOME_ABSENT);
    cr_expect_eq(store_keep(&other, source, bounds), OUTCOME_LIMITED, "the other one is in use");
    cr_expect(!has(ONE) && has(TWO) && !has(".new-" ONE));
    store_let_go(&other);
    store_let_go(&tree);
}

Test(store, what_the_dead_left_is_removed_and_what_the_living_do_is_not)
{
    struct store_tree tree;

    cr_assert_eq(mkdirat(store.folder, ".new-" ONE, 0700), 0);
    cr_assert_eq(mkdirat(store.folder, ".old-" ONE, 0700), 0);
    cr_assert_eq(mkdirat(store.folder, ".old-" ONE "/deep", 0700), 0);
    cr_assert_eq(mkdirat(store.folder, "else", 0700), 0);
    cr_assert_eq(store_take(&store, TWO, &tree), OUTCOME_ABSENT);
    cr_assert_eq(mkdirat(store.folder, ".new-" TWO, 0700), 0);
    sweep();
    cr_expect_not(has(".new-" ONE) || has(".old-" ONE) || has(ONE ".lock"));
    cr_expect(has(".new-" TWO) && has("else"));
    store_let_go(&tree);
    sweep();
    cr_expect_not(has(".new-" TWO) || has(TWO ".lock"));
}

Test(store, a_sweep_that_is_interrupted_goes_on_later)
{
    const struct store_pace none = {refuse, NULL};
    long long removed;

    keep(ONE, 31);
    cr_expect_eq(store_sweep(&store, &none, &removed), OUTCOME_DENIED);
    cr_expect(!has(ONE) && has(".old-" ONE));
    sweep();
    cr_expect_not(has(".old-" ONE));
}
