/* Counts times in buckets that are at most 2 % wide, so that processes can add theirs up. */
#ifndef COAGENT_BENCH_HISTOGRAM_H
#define COAGENT_BENCH_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_BUCKETS 2048

struct histogram {
    uint64_t counts[HISTOGRAM_BUCKETS];
    uint64_t total;
    int64_t most;
};

/* Microseconds; what is below zero counts as zero. */
void histogram_add(struct histogram *histogram, int64_t us);
void histogram_merge(struct histogram *into, const struct histogram *other);

/* The time that this share of them (0 to 1) did not exceed; 0 when there are none. */
int64_t histogram_quantile(const struct histogram *histogram, double share);

#endif
