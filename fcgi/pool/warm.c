#include "fcgi/pool/warm.h"

#include "base/clock.h"
#include "fcgi/http/router.h"
#include "fcgi/http/source.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* AddressSanitizer has a heap of its own. */
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
    respond_send(&request);
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
