#include "fcgi/warm.h"

#include "base/clock.h"
#include "fcgi/router.h"
#include "fcgi/source.h"

#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* AddressSanitizer knows its way around neither of the two tricks. */
#ifdef __SANITIZE_ADDRESS__
enum { SANITIZED = true };
#else
enum { SANITIZED = false };
#endif

static int read_nothing(void *context, char *bytes, int most)
{
    (void)context, (void)bytes, (void)most;
    return 0;
}

static int write_nothing(void *context, const char *bytes, int count)
{
    (void)context, (void)bytes, (void)count;
    return 0;
}

void warm_up(const struct config *config, const struct route *const *tables, enum pool_kind kind)
{
    struct token_claims claims = {"00000000-0000-7000-8000-000000000000", "00000000-0000-7000-8000-000000000000", 0, 0};
    char *token = kind == POOL_WAIT ? access_token_issue(config, &claims, clock_now_ms() / 1000) : NULL;
    char *header = text_format("HTTP_AUTHORIZATION=Bearer %s", token ? token : "e30.e30.none");
    char *const parameters[] = {"REQUEST_METHOD=GET", "DOCUMENT_URI=/api/status", header, NULL};
    struct source source = {parameters, read_nothing, write_nothing, NULL};
    struct request request;
    request_open(&request, config, NULL, &source);
    router_serve(&request, tables);
    response_send(&request);
    request_close(&request);
    free(header);
    free(token);
}

#define LARGEST_HOLE ((size_t)100 << 10) /* what is larger, glibc takes from the system apart */
#define CACHED_MOST 1032                 /* up to here freed blocks stay with the thread, and must be kept */
#define FRESH_PIECE (512 << 10)

/* Takes blocks of this size, for good, as long as there are holes for them: what lies above the last used byte is none.
 * A block is not touched but in its head, so what malloc_trim has given back stays with the system. */
static void fill_holes(size_t size)
{
    const char *fresh = (const char *)sbrk(0) - mallinfo2().keepcost;
    for (;;) {
        char *block = malloc(size);
        bool is_fresh = !block || block >= fresh;
        if (is_fresh && size > CACHED_MOST)
            free(block);
        if (is_fresh)
            return;
    }
}

void warm_fill_heap(void)
{
    if (SANITIZED)
        return;
    mallopt(M_TOP_PAD, FRESH_PIECE);
    mallopt(M_TRIM_THRESHOLD, 2 * FRESH_PIECE);
    malloc_trim(0);
    for (size_t size = LARGEST_HOLE; size > CACHED_MOST; size -= size / 8)
        fill_holes(size);
    for (size_t size = CACHED_MOST; size >= 24; size -= 16)
        fill_holes(size);
}

/* libpq brings all of these; a child talks to PostgreSQL over a connection that is open and not encrypted. */
static const char *const for_connecting[] = {
    "libssl",      "libgssapi_krb5", "libkrb5",      "libk5crypto", "libcom_err", "libldap",   "libkrb5support",
    "libkeyutils", "liblber",        "libsasl2",     "libgnutls",   "libp11-kit", "libidn2",   "libtasn1",
    "libnettle",   "libhogweed",     "libunistring", "libgmp",      "libffi",     "libresolv", NULL};

/* Passwords and the issuing of tokens. */
static const char *const for_logging_in[] = {"libjwt", "libjansson", "libb64", "libcrypto", "libcrypt", NULL};

static bool is_among(const char *const *names, const char *path)
{
    const char *base = strrchr(path, '/');
    for (; base && *names; names++) {
        size_t length = strlen(*names);
        if (strncmp(base + 1, *names, length) == 0 && (base[1 + length] == '.' || base[1 + length] == '-'))
            return true;
    }
    return false;
}

/* Each segment with what is behind the file's part of it (.bss), in whole pages. */
static void keep_from_children(const struct dl_phdr_info *library)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    for (int i = 0; i < library->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &library->dlpi_phdr[i];
        uintptr_t begin = (library->dlpi_addr + segment->p_vaddr) & -page;
        uintptr_t end = (library->dlpi_addr + segment->p_vaddr + segment->p_memsz + page - 1) & -page;
        if (segment->p_type == PT_LOAD)
            madvise((void *)begin, end - begin, MADV_DONTFORK); /* NOLINT(performance-no-int-to-ptr) */
    }
}

static int look_at_library(struct dl_phdr_info *library, size_t size, void *context)
{
    const enum pool_kind *kind = context;
    (void)size;
    if (is_among(for_connecting, library->dlpi_name) ||
        (*kind == POOL_FAST && is_among(for_logging_in, library->dlpi_name)))
        keep_from_children(library);
    return 0;
}

void warm_slim(enum pool_kind kind)
{
    if (!SANITIZED)
        dl_iterate_phdr(look_at_library, &kind);
}

int warm_fork(void)
{
    return SANITIZED ? fork() : _Fork();
}
