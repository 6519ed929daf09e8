#include "histogram.h"

#define LINEAR 64 /* below, each microsecond has a bucket of its own; above, each doubling has as many */

static unsigned bucket_of(int64_t us)
{
    unsigned shift = 0;
    uint64_t value = us > 0 ? (uint64_t)us : 0;
    while (value >> shift >= 2 * LINEAR)
        shift++;
    unsigned bucket = (unsigned)(value >> shift) + shift * LINEAR;
    return bucket < HISTOGRAM_BUCKETS ? bucket : HISTOGRAM_BUCKETS - 1;
}

/* The middle of a bucket. */
static int64_t time_of(unsigned bucket)
{
    if (bucket < 2 * LINEAR)
        return bucket;
    unsigned shift = bucket / LINEAR - 1;
    int64_t low = (int64_t)(bucket - shift * LINEAR) << shift;
    return low + ((int64_t)1 << shift) / 2;
}

void histogram_add(struct histogram *histogram, int64_t us)
{
    histogram->counts[bucket_of(us)]++;
    histogram->total++;
    if (us > histogram->most)
        histogram->most = us;
}

void histogram_merge(struct histogram *into, const struct histogram *other)
{
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
        into->counts[i] += other->counts[i];
    into->total += other->total;
    if (other->most > into->most)
        into->most = other->most;
}

int64_t histogram_quantile(const struct histogram *histogram, double share)
{
    uint64_t below = 0, wanted = (uint64_t)(share * (double)histogram->total);
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        below += histogram->counts[i];
        if (below > wanted || (below == histogram->total && below > 0))
            return time_of(i);
    }
    return 0;
}
