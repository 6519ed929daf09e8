#include "base/libraries.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Whether a file of this name is mapped here; with nothing but the C library's wrappers of system calls. */
static bool is_mapped(const char *name)
{
    static char maps[256 * 1024];
    ssize_t length = 0, count;
    int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);

    while ((count = read(fd, maps + length, sizeof maps - 1 - (size_t)length)) > 0)
        length += count;
    close(fd);
    maps[length] = '\0';
    return strstr(maps, name) != NULL;
}

/* What a child has: 1 for json-c, 2 for sodium. */
static int inherited(void)
{
    int status;
    pid_t child = libraries_fork();

    if (child == 0)
        _exit((is_mapped("/libjson-c.so") ? 1 : 0) + (is_mapped("/libsodium.so") ? 2 : 0));
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#ifdef __SANITIZE_ADDRESS__
Test(libraries, all_are_inherited_under_the_sanitizer)
{
    libraries_withhold((const char *const[]){"libjson", "libsodium", NULL});
    cr_expect_eq(inherited(), 3);
}
#else
Test(libraries, those_that_are_withheld_are_not_in_a_child)
{
    cr_assert_eq(inherited(), 3, "both are there at first");
    libraries_withhold((const char *const[]){"libjson", "libsodiu", NULL});
    cr_expect_eq(inherited(), 2, "a name is all that stands before the first point or hyphen");
    cr_expect(is_mapped("/libjson-c.so"), "the process itself keeps it");
    libraries_release();
    cr_expect_eq(inherited(), 3);
}

Test(libraries, all_but_some_can_be_withheld)
{
    libraries_withhold_but((const char *const[]){"libsodium", NULL});
    cr_expect_eq(inherited(), 2);
}
#endif
