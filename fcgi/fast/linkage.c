/* The functions of linkage.h for the static program. */
#include "fcgi/pool/linkage.h"

#include "fcgi/fast/openssl.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

void linkage_prepare(char *const argv[])
{
    (void)argv;
}

void linkage_choose(char *const argv[], enum pool_kind kind)
{
    if (kind == POOL_FAST)
        return;
    fprintf(stderr, "coagent-fcgi: %s can only be the fast pool: it cannot issue tokens\n", argv[0]);
    exit(EXIT_FAILURE);
}

/* Whole pages only: those at the edges belong to others, too. */
static void withhold(const void *from, const void *to)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t begin = ((uintptr_t)from + page - 1) & -page;
    uintptr_t end = (uintptr_t)to & -page;
    if (begin < end)
        madvise((void *)begin, end - begin, MADV_DONTFORK); /* NOLINT(performance-no-int-to-ptr) */
}

/* The dynamic linker has written into each of these pages, so every fork would copy them. OpenSSL is there for
 * passwords of PostgreSQL, which the master gives; a child never enters it. */
void linkage_slim(enum pool_kind kind)
{
    (void)kind;
    withhold(&openssl_begin_local, &openssl_end_local);
    withhold(&openssl_begin, &openssl_end);
}
