#include "cron/sandbox.h"

#include <link.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What a keeper works with; the program itself has no name here. */
static const char *const needed[] = {"libc", "ld-linux-x86-64", "libseccomp", "linux-vdso", NULL};

static bool is_needed(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;

    if (*base == '\0' || !strstr(base, ".so"))
        return true;
    for (const char *const *name = needed; *name; name++)
        if (strncmp(base, *name, strlen(*name)) == 0 && base[strlen(*name)] == '.')
            return true;
    return false;
}

static int keep_from_children(struct dl_phdr_info *library, size_t size, void *context)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

    (void)size, (void)context;
    if (is_needed(library->dlpi_name))
        return 0;
    for (int i = 0; i < library->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &library->dlpi_phdr[i];
        uintptr_t begin = (library->dlpi_addr + segment->p_vaddr) & -page;
        uintptr_t end = (library->dlpi_addr + segment->p_vaddr + segment->p_memsz + page - 1) & -page;

        if (segment->p_type == PT_LOAD)
            madvise((void *)begin, end - begin, MADV_DONTFORK); /* NOLINT(performance-no-int-to-ptr) */
    }
    return 0;
}

void sandbox_slim(void)
{
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)
    dl_iterate_phdr(keep_from_children, NULL);
#endif
}
