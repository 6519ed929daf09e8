#include "fcgi/pool/counters.h"

#include <stdlib.h>
#include <sys/mman.h>

struct counters *counters_share(void)
{
    void *page = mmap(NULL, sizeof(struct counters), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        abort();
    return page;
}

int counters_busy(const struct counters *counters)
{
    int busy = 0;
    for (int i = 0; i < SLOTS_MOST; i++)
        busy += atomic_load_explicit(&counters->busy[i], memory_order_relaxed);
    return busy;
}
