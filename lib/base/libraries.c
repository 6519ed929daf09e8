#include "base/libraries.h"

#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
enum { SANITIZED = true };
#else
enum { SANITIZED = false };
#endif

#define BIND_NOW "LD_BIND_NOW" /* see ld.so(8) */

struct choice {
    const char *const *names;
    bool among; /* those with the names, or all but those */
    int advice;
};

/* The vdso is the kernel's. */
static const char *const always[] = {"libc", "ld", "linux", NULL};

static bool is_among(const char *const *names, const char *base)
{
    for (; *names; names++) {
        size_t length = strlen(*names);

        if (strncmp(base, *names, length) == 0 && (base[length] == '.' || base[length] == '-'))
            return true;
    }
    return false;
}

/* The program itself, which comes first, has no name. */
static bool is_chosen(const struct choice *choice, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;

    return *base && !is_among(always, base) && is_among(choice->names, base) == choice->among;
}

/* Each segment with what is behind the file's part of it (.bss), in whole pages. */
static int advise(struct dl_phdr_info *library, size_t size, void *context)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    const struct choice *choice = context;

    (void)size;
    if (!is_chosen(choice, library->dlpi_name))
        return 0;
    for (int i = 0; i < library->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &library->dlpi_phdr[i];
        uintptr_t begin = (library->dlpi_addr + segment->p_vaddr) & -page;
        uintptr_t end = (library->dlpi_addr + segment->p_vaddr + segment->p_memsz + page - 1) & -page;

        if (segment->p_type == PT_LOAD)
            madvise((void *)begin, end - begin, choice->advice); /* NOLINT(performance-no-int-to-ptr) */
    }
    return 0;
}

void libraries_bind(char *const argv[])
{
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);

    if (SANITIZED || getenv(BIND_NOW) || length <= 0 || setenv(BIND_NOW, "1", 1) != 0) {
        unsetenv(BIND_NOW);
        return;
    }
    path[length] = '\0';
    execv(path, argv);
    execv("/proc/self/exe", argv); /* when the file has been replaced since */
    abort();
}

static void apply(const char *const *names, bool among, int advice)
{
    struct choice choice = {names, among, advice};

    if (!SANITIZED)
        dl_iterate_phdr(advise, &choice);
}

void libraries_withhold(const char *const names[])
{
    apply(names, true, MADV_DONTFORK);
}

void libraries_withhold_but(const char *const names[])
{
    apply(names, false, MADV_DONTFORK);
}

void libraries_release(void)
{
    static const char *const none[] = {NULL};

    apply(none, false, MADV_DOFORK);
}

pid_t libraries_fork(void)
{
    return SANITIZED ? fork() : _Fork();
}
