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

/* FNV-1a; never 0. Two holders with the same digest would only share what each may have. */
static uint32_t digest(const char *holder)
{
    uint32_t hash = 2166136261U;
    for (; *holder; holder++)
        hash = (hash ^ (unsigned char)*holder) * 16777619U;
    return hash ? hash : 1;
}

enum turn counters_take_turn(struct counters *counters, int slot, const char *holder, int most_held, int most)
{
    uint32_t mine = digest(holder), number = atomic_fetch_add(&counters->turns, 1);
    int held = 0, all = 0;
    atomic_store(&counters->turn[slot], (unsigned long long)mine << 32 | number);
    for (int i = 0; i < SLOTS_MOST; i++) {
        unsigned long long other = atomic_load(&counters->turn[i]);
        bool earlier = other != 0 && i != slot && (int32_t)((uint32_t)other - number) < 0;
        all += earlier;
        held += earlier && (uint32_t)(other >> 32) == mine;
    }
    if (held < most_held && all < most)
        return TURN_TAKEN;
    atomic_store(&counters->turn[slot], 0);
    return held >= most_held ? TURN_HELD : TURN_FULL;
}

void counters_end_turn(struct counters *counters, int slot)
{
    atomic_store(&counters->turn[slot], 0);
}

void counters_leave(struct counters *counters, int slot)
{
    counters_end_turn(counters, slot);
    atomic_store(&counters->busy[slot], 0);
}

void counters_note_full(struct counters *counters)
{
    atomic_store(&counters->storage_known_until, 0);
}
