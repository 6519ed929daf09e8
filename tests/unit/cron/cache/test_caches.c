#include "cron/cache/caches.h"

#include "../sandbox/trial.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ONE "11111111-1111-4111-8111-111111111111"
#define TWO "22222222-2222-4222-8222-222222222222"
#define THREE "33333333-3333-4333-8333-333333333333"

static char base[] = "/tmp/caches-XXXXXX";
static int caches, from;
static const struct copy_bounds bounds = {.bytes = 1 << 20, .entries = 100, .depth = 8};

static void shell(const char *words)
{
    char command[1024];

    snprintf(command, sizeof command, "cd %s && %s", base, words);
    cr_assert_eq(system(command), 0, "%s", command); /* NOLINT(cert-env33-c): a test's own words */
}

static void set(void)
{
    struct config config = {.state_dir = base};
    struct trial user;

    trial_set(&user); /* not as root, whom no mode stops */
    cr_assert(mkdtemp(base));
    caches = caches_open(&config);
    cr_assert_geq(caches, 0);
    shell("mkdir from");
    from = openat(caches, "../from", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cr_assert_geq(from, 0);
}

static void clear(void)
{
    shell("{ chmod -R u+rwx . 2>/dev/null; rm -rf \"$PWD\"; }");
}

TestSuite(store_caches, .init = set, .fini = clear, .timeout = 180);

/* Keeps a file "f" with this content. */
static enum outcome keep(const char *script, long long generation, const char *content)
{
    char words[128];
    struct cache_draft draft;
    struct copy_count count;
    enum outcome outcome;

    snprintf(words, sizeof words, "printf %%s '%s' >from/f", content);
    shell(words);
    cr_assert_eq(caches_draft(&draft, caches, "draft", generation, from, &bounds, &count), OUTCOME_OK, "%s",
                 strerror(errno));
    outcome = caches_place(&draft, script);
    caches_drop(&draft);
    return outcome;
}

static const char *content_of(const struct cache_kept *kept)
{
    static char content[64];
    int fd = openat(kept->files, "f", O_RDONLY | O_CLOEXEC);
    ssize_t length = read(fd, content, sizeof content - 1);

    close(fd);
    content[length > 0 ? length : 0] = '\0';
    return content;
}

static const char *taken(const char *script, long long generation)
{
    struct cache_kept kept;
    const char *content = "nothing";

    if (caches_take(caches, script, generation, &kept)) {
        content = content_of(&kept);
        caches_release(&kept);
    }
    return content;
}

Test(store_caches, gives_back_what_was_kept)
{
    struct cache_kept kept;

    cr_expect_str_eq(taken(ONE, 0), "nothing");
    cr_expect_eq(keep(ONE, 0, "first"), OUTCOME_OK);
    cr_expect_eq(keep(TWO, 0, "other"), OUTCOME_OK);
    cr_expect_str_eq(taken(ONE, 0), "first");
    cr_expect_eq(keep(ONE, 0, "second"), OUTCOME_OK);
    cr_expect_str_eq(taken(ONE, 0), "second");
    cr_expect_str_eq(taken(TWO, 0), "other");
    cr_assert(caches_take(caches, ONE, 0, &kept));
    cr_expect_eq(kept.about.entries, 1);
    cr_expect_eq(kept.about.room, 4096);
    caches_release(&kept);
    shell("test \"$(ls -A caches | wc -l)\" = 2");
}

Test(store_caches, counts_only_the_present_generation)
{
    cr_expect_eq(keep(ONE, 1, "old"), OUTCOME_OK);
    cr_expect_str_eq(taken(ONE, 2), "nothing");
    cr_expect_eq(keep(ONE, 2, "new"), OUTCOME_OK);
    cr_expect_eq(keep(ONE, 1, "late"), OUTCOME_CONFLICT);
    cr_expect_str_eq(taken(ONE, 2), "new");
    shell("test \"$(ls -A caches)\" = " ONE);
}

Test(store_caches, lets_a_reader_finish)
{
    struct cache_kept kept;

    keep(ONE, 0, "first");
    cr_assert(caches_take(caches, ONE, 0, &kept));
    keep(ONE, 0, "second");
    cr_expect_str_eq(content_of(&kept), "first");
    cr_expect_str_eq(taken(ONE, 0), "second");
    caches_remove(caches, ONE);
    cr_expect_str_eq(content_of(&kept), "first");
    cr_expect_str_eq(taken(ONE, 0), "nothing");
    caches_release(&kept);
}

static bool visit(void *context, const char *script, const struct cache_about *about, time_t used)
{
    text_add_format(context, "%.2s %lld %s\n", script, about->generation, used > 1000000000 ? "now" : "then");
    return true;
}

Test(store_caches, finds_all_and_removes_what_the_dead_have_left)
{
    struct text found = TEXT_EMPTY;

    keep(ONE, 4, "x");
    shell("touch -d @1000 caches/" ONE "/about");
    shell("mkdir -p caches/.left/files caches/.fresh caches/unknown && touch -d @1000 caches/.left && : >caches/" TWO);
    caches_each(caches, visit, &found);
    cr_expect_str_eq(text_string(&found), "11 4 then\n");
    shell("test ! -e caches/.left && test -d caches/.fresh && test -d caches/unknown");

    text_clear(&found);
    cr_expect_str_eq(taken(ONE, 4), "x");
    caches_each(caches, visit, &found);
    cr_expect_str_eq(text_string(&found), "11 4 now\n");
    text_free(&found);
}

Test(store_caches, a_draft_that_is_being_made_is_no_left_over)
{
    struct cache_draft draft;
    struct copy_count count;
    struct text found = TEXT_EMPTY;

    cr_assert_eq(caches_draft(&draft, caches, "draft", 0, from, &bounds, &count), OUTCOME_OK);
    shell("touch -d @1000 caches/.draft");
    caches_each(caches, visit, &found);
    shell("test -d caches/.draft");
    caches_drop(&draft);
    shell("test ! -e caches/.draft");
    text_free(&found);
}

Test(store_caches, removes_the_least_recently_used_first)
{
    keep(ONE, 0, "1");
    keep(TWO, 0, "2");
    keep(THREE, 0, "3");
    shell("touch -d @2000 caches/" ONE "/about && touch -d @1000 caches/" TWO "/about && touch -d @3000 caches/" THREE
          "/about");
    cr_expect_eq(caches_fit(caches, 3 * 4096), 0);
    cr_expect_eq(caches_fit(caches, 4096), 2);
    shell("test \"$(ls -A caches)\" = " THREE);
}

Test(store_caches, a_damaged_one_is_none)
{
    keep(ONE, 0, "1");
    shell("printf nonsense >caches/" ONE "/about");
    cr_expect_str_eq(taken(ONE, 0), "nothing");
    cr_expect_eq(keep(ONE, 0, "2"), OUTCOME_OK);
    cr_expect_str_eq(taken(ONE, 0), "2");
}

Test(store_caches, what_was_kept_before_the_machine_started_counts_for_nothing)
{
    keep(ONE, 0, "1");
    shell("sed -i 's/ [^ ]*$/ 00000000-0000-0000-0000-000000000000/' caches/" ONE "/about");
    cr_expect_str_eq(taken(ONE, 0), "nothing");
}

Test(store_caches, leaves_nothing_of_one_that_is_too_large)
{
    struct cache_draft draft;
    struct copy_count count;

    shell("head -c 2000000 /dev/zero >from/large");
    cr_expect_eq(caches_draft(&draft, caches, "draft", 0, from, &bounds, &count), OUTCOME_LIMITED);
    caches_drop(&draft);
    shell("test -z \"$(ls -A caches)\"");
}
