#include "cron/dispatch/origin.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char path[] = "/tmp/coagent-origin-XXXXXX";
static struct origin origin;

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");

    cr_assert(file);
    cr_assert_geq(fputs(text, file), 0);
    cr_assert_eq(fclose(file), 0);
}

static void make_file(void)
{
    int fd = mkstemp(path);

    cr_assert_geq(fd, 0);
    close(fd);
    origin_note(&origin, path);
    cr_assert_not(origin_has_changed(&origin));
}

static void remove_file(void)
{
    origin_free(&origin);
    unlink(path);
}

TestSuite(origin, .init = make_file, .fini = remove_file);

/* Until the clock of the file system has gone on, a write leaves the time of the last change as it is. */
static void change_until_seen(void (*change)(void))
{
    for (int i = 0; i < 1000 && !origin_has_changed(&origin); i++) {
        change();
        usleep(1000);
    }
    cr_expect(origin_has_changed(&origin));
}

static void write_anew(void)
{
    write_file(path, "POOL_SLOTS=9\n");
}

Test(origin, sees_that_the_settings_were_written)
{
    change_until_seen(write_anew);
}

static void replace(void)
{
    char other[sizeof path + 4];

    snprintf(other, sizeof other, "%s.new", path);
    write_file(other, "");
    cr_assert_eq(rename(other, path), 0);
}

Test(origin, sees_that_the_settings_were_replaced)
{
    change_until_seen(replace);
}

Test(origin, sees_that_the_settings_are_gone)
{
    cr_assert_eq(unlink(path), 0);
    cr_expect(origin_has_changed(&origin));
}

Test(origin, without_settings_only_the_program_counts)
{
    origin_free(&origin);
    origin_note(&origin, NULL);
    cr_expect_not(origin_has_changed(&origin));
    origin.program.state.st_ino++; /* as after an upgrade */
    cr_expect(origin_has_changed(&origin));
}
